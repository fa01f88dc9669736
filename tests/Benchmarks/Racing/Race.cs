namespace Batching.Benchmarks.Racing;

/// <summary>Measures contenders against each other in one process: in every round each goes once, and the order rotates.</summary>
/// <remarks>
/// What slows the machine for a while slows all of them, so the ratios within a round hold where times from different runs
/// would not.
/// </remarks>
internal static class Race
{
    public static RaceResult Run(string name, IReadOnlyList<IContender> contenders, int rounds)
    {
        var result = new RaceResult(contenders);
        foreach (IContender contender in contenders)
        {
            result.Keep(contender, contender.Run().Logits);
        }

        for (int round = 0; round < rounds; round++)
        {
            Console.Error.WriteLine($"{name}: round {round + 1} of {rounds}");
            for (int turn = 0; turn < contenders.Count; turn++)
            {
                IContender contender = contenders[(turn + round) % contenders.Count];

                // Nobody pays for the garbage of who went before.
                GC.Collect();
                result.Add(contender, contender.Run());
            }
        }

        return result;
    }

    /// <summary>Which of several settings of one contender is the fastest; each goes a few times.</summary>
    public static T Fastest<T>(IReadOnlyList<T> settings)
        where T : IContender
    {
        const int Rounds = 2;
        if (settings.Count == 1)
        {
            return settings[0];
        }

        var result = new RaceResult([.. settings]);
        for (int round = 0; round <= Rounds; round++)
        {
            foreach (T setting in settings)
            {
                Pass pass = setting.Run();

                // The first round warms up.
                if (round > 0)
                {
                    result.Add(setting, pass);
                }
            }
        }

        return settings.MinBy(setting => result.Seconds(setting).Min)!;
    }
}
