using Batching.Inference;
using Xunit;

namespace Batching.Tests.Inference;

/// <summary>A lone text goes to whichever session is faster, as the machine is now.</summary>
public sealed class SessionChoiceTests
{
    private readonly SessionChoice choice = new();

    [Theory]
    [InlineData(3.0, 2.0, true)]
    [InlineData(2.0, 3.0, false)]
    public void The_faster_session_runs_nearly_all_texts(double oneThread, double allCores, bool usesAllCores)
    {
        const int Runs = 100 * SessionChoice.TrialPeriod;
        int chosen = Enumerable.Range(0, Runs).Count(_ => Run(25, oneThread, allCores) == usesAllCores);
        Assert.InRange(chosen, 0.97 * Runs, Runs - 1);
    }

    [Fact]
    public void What_was_slower_is_tried_again_and_taken_once_it_is_faster()
    {
        for (int i = 0; i < SessionChoice.TrialPeriod; i++)
        {
            Run(25, oneThread: 1, allCores: 2);
        }

        for (int i = 0; i < 2 * SessionChoice.TrialPeriod; i++)
        {
            Run(25, oneThread: 1, allCores: 0.5);
        }

        Assert.True(Run(25, oneThread: 1, allCores: 0.5));
    }

    [Fact]
    public void One_slow_run_changes_nothing()
    {
        for (int i = 0; i < 20; i++)
        {
            Run(25, oneThread: 1, allCores: 2);
        }

        Assert.False(Run(25, oneThread: 100, allCores: 2));
        Assert.False(Run(25, oneThread: 1, allCores: 2));
    }

    [Fact]
    public void Short_and_long_texts_are_told_apart()
    {
        for (int i = 0; i < 20; i++)
        {
            Run(5, oneThread: 1, allCores: 2);
            Run(500, oneThread: 2, allCores: 1);
        }

        Assert.False(Run(5, oneThread: 1, allCores: 2));
        Assert.True(Run(500, oneThread: 2, allCores: 1));
    }

    private bool Run(int columns, double oneThread, double allCores)
    {
        bool usesAllCores = choice.UsesAllCores(columns);
        choice.Add(columns, usesAllCores, TimeSpan.FromMilliseconds(usesAllCores ? allCores : oneThread));
        return usesAllCores;
    }
}
