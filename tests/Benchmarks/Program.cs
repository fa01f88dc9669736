using System.CommandLine;
using Batching.Benchmarks;
using Batching.Benchmarks.Load;
using Batching.Benchmarks.Reports;
using Batching.Benchmarks.Sections;
using BenchmarkDotNet.Running;

// dotnet run -c Release --project tests/Benchmarks -- all|SECTION [--write] [--sentences FILE] [--rounds N] [--minutes N] [--shared FOLDER]
// dotnet run -c Release --project tests/Benchmarks -- server-soak [--minutes N]
// dotnet run -c Release --project tests/Benchmarks -- --filter '*' [--sentences FILE]
ISection[] sections =
[
    new ThroughputSection(),
    new GenuineSection(),
    new FloorSection(),
    new PoliciesSection(),
    new LengthsSection(),
    new PrecisionsSection(),
    new InvarianceSection(),
    new WorkersSection(),
    new PoolSection(),
    new LatencySection(),
    new CapacitySection(),
    new LoadSection(),
    new StartUpSection(),
    new AllocationSection(),
    new MemorySection(),
    new TokensSection(),
    new ConformanceSection(),
    new SoakSection(),
];

var sentences = new Option<FileInfo>("--sentences")
{
    Description = "Sentences, one a line, or an SST-2 file. Without it they are made from the vocabulary.",
    Recursive = true,
};
sentences.AcceptExistingOnly();
var rounds = new Option<int>("--rounds") { Description = "How often each contender goes.", DefaultValueFactory = _ => 10, Recursive = true };
rounds.Validators.Add(result =>
{
    if (result.GetValueOrDefault<int>() < 1)
    {
        result.AddError("--rounds has to be at least 1.");
    }
});
var minutes = new Option<double>("--minutes") { Description = "For how long the soak goes on.", DefaultValueFactory = _ => 10, Recursive = true };
minutes.Validators.Add(result =>
{
    if (result.GetValueOrDefault<double>() is not (> 0 and < 10_000))
    {
        result.AddError("--minutes has to be above 0.");
    }
});
var shared = new Option<DirectoryInfo>("--shared")
{
    Description = "The folder with the models that are too large for the repository. Without it they are left out.",
    Recursive = true,
};
shared.AcceptExistingOnly();
var filter = new Option<string[]>("--filter") { Description = "Runs benchmarks of single parts: this and all further options go to BenchmarkDotNet." };

var root = new RootCommand("Measures this library and its rivals.") { sentences, rounds, minutes, shared, filter };
root.TreatUnmatchedTokensAsErrors = false;
root.SetAction(command =>
{
    TakeSentences(command);
    string[] forBenchmarkDotNet = command.GetValue(sentences) is null
        ? args
        : [.. args.Where((_, i) => args[i] != sentences.Name && (i == 0 || args[i - 1] != sentences.Name))];
    BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(forBenchmarkDotNet);
});

var all = new Command("all", "Measures everything and rewrites docs/benchmarks.md.");
all.SetAction(command => BenchmarksDocument.Write(SettingsOf(command), sections));
root.Add(all);
foreach (ISection section in sections)
{
    var one = new Command(section.Name, $"{section.Title}: measures it and prints it.");
    var write = new Option<bool>("--write") { Description = "Puts it into docs/benchmarks.md." };
    one.Add(write);
    one.SetAction(command =>
    {
        if (command.GetValue(write))
        {
            BenchmarksDocument.Rewrite(SettingsOf(command), section);
            return;
        }

        var report = new Report();
        section.Write(SettingsOf(command), report);
        Console.WriteLine(report);
    });
    root.Add(one);
}

// The soak's own process, which the section starts.
var folder = new Argument<string>("model");
var poison = new Argument<string>("poison");
var soak = new Command(SoakSection.ProcessCommand) { folder, poison };
soak.Hidden = true;
soak.SetAction((command, _) => Soak.RunAsync(
    command.GetRequiredValue(folder), command.GetRequiredValue(poison), SettingsOf(command).Sentences, SettingsOf(command).SoakTime));
root.Add(soak);

var serverSoak = new Command("server-soak", "The server for a long time, with honest and hostile clients on every endpoint: wrong answers and growing memory end it with 1.");
serverSoak.SetAction((command, _) => ServerSoak.RunAsync(SettingsOf(command).SoakTime));
root.Add(serverSoak);

return root.Parse(args).Invoke();

Settings SettingsOf(ParseResult command)
{
    TakeSentences(command);
    return new Settings(command.GetValue(rounds), TimeSpan.FromMinutes(command.GetValue(minutes)), command.GetValue(shared)?.FullName);
}

// The processes that BenchmarkDotNet starts find the file by this.
void TakeSentences(ParseResult command)
{
    if (command.GetValue(sentences) is { } file)
    {
        Environment.SetEnvironmentVariable(Workload.Variable, file.FullName);
    }
}
