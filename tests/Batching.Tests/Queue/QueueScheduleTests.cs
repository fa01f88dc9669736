using System.Collections.Concurrent;
using System.Globalization;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Batching.Tests.Queue;

/// <summary>Thousands of random schedules: every caller gets exactly one answer, and the right one.</summary>
public sealed class QueueScheduleTests
{
    private const int MaxTokensWaiting = 60;

    /// <summary>What may happen; each takes what it needs from three numbers.</summary>
    private enum Step
    {
        Ask,
        AskForMany,
        Cancel,
        LetTimePass,
        Run,
        RunTwoAtOnce,
        Stop,
    }

    private static readonly Gen<Event> AnyEvent = Gen.Select(
        Gen.Frequency(
            (12, Gen.Const(Step.Ask)),
            (4, Gen.Const(Step.AskForMany)),
            (5, Gen.Const(Step.Cancel)),
            (3, Gen.Const(Step.LetTimePass)),
            (6, Gen.Const(Step.Run)),
            (2, Gen.Const(Step.RunTwoAtOnce)),
            (1, Gen.Const(Step.Stop))),
        Gen.Int[0, 999],
        Gen.Int[0, 999],
        Gen.Int[0, 999],
        (step, first, second, third) => new Event(step, first, second, third));

    [Fact]
    public void Every_caller_gets_exactly_one_answer_and_the_right_one()
    {
        var outcomes = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        Gen.Select(AnyEvent.Array[1, 60], AnyEvent.Array[0, 60], Gen.Bool).Sample(
            (events, whileRunning, shares) =>
            {
                using var schedule = new Schedule(whileRunning, shares, outcomes);
                schedule.Play(events);
            },
            seed: Generators.Seed, iter: 6_000, threads: 2);

        // The schedules were worth something: every way for a request to end was seen often.
        foreach (string outcome in new[]
        {
            "answered", "answered in windows", nameof(OperationCanceledException), nameof(DeadlineExceededException), nameof(ModelRunException),
            nameof(QueueStoppedException), nameof(QueueFullException), nameof(ArgumentException), "run stopped",
        })
        {
            Assert.InRange(outcomes.GetValueOrDefault(outcome), 100, int.MaxValue);
        }
    }

    private readonly record struct Event(Step Step, int First, int Second, int Third);

    private sealed class Caller
    {
        public required string[] Texts { get; init; }

        public required RequestOptions Options { get; init; }

        public CancellationTokenSource Source { get; } = new();

        public bool Cancelled { get; set; }

        public Task<RequestResult> Answer { get; set; } = Task.FromException<RequestResult>(new InvalidOperationException());
    }

    private sealed class Schedule : IDisposable
    {
        private readonly FakeTimeProvider time = new();
        private readonly FakeBackend backend;
        private readonly ClassificationQueue queue;
        private readonly List<Caller> callers = [];
        private readonly List<Task> stops = [];
        private readonly Queue<Event> whileRunning;
        private readonly List<FakeRun> inFlight = [];
        private readonly ConcurrentDictionary<string, int> outcomes;
        private bool wasStopped;
        private int depth;

        public Schedule(Event[] whileRunning, bool shares, ConcurrentDictionary<string, int> outcomes)
        {
            this.outcomes = outcomes;
            this.whileRunning = new Queue<Event>(whileRunning);
            backend = new FakeBackend { SharesRepeatedRows = shares, IsFasterOnAllCores = whileRunning.Length % 2 == 0, Running = OnRun };
            queue = new ClassificationQueue(
                backend,
                new ClassificationQueueOptions
                {
                    MaxTokensWaiting = MaxTokensWaiting,
                    MaxBulkTokensWaiting = 45,
                    MaxTokensWaitingPerClient = 40,
                    BulkShare = 0.2,
                    BatchCompleted = _ => throw new InvalidOperationException("A listener's own failure is not the queue's."),
                },
                time,
                startsWorkers: false);
        }

        public void Play(Event[] events)
        {
            foreach (Event next in events)
            {
                Do(next);
            }

            while (queue.RunNext())
            {
            }

            // Without anything else happening, everybody has been answered: continuations only have to be scheduled.
            Task[] answers = [.. callers.Select(caller => caller.Answer)];
            Assert.True(Task.WhenAll(answers).ContinueWith(static _ => { }, TaskScheduler.Default).Wait(TimeSpan.FromSeconds(60)), "Somebody waits for ever.");
            stops.Add(queue.StopAsync(TimeSpan.Zero));
            Assert.True(Task.WhenAll(stops).Wait(TimeSpan.FromSeconds(60)), "The queue does not stop.");
            QueueStatus status = queue.GetStatus();
            Assert.Equal((0, 0, 0, 0, false), (status.RowsWaiting, status.TokensWaiting, status.RowsRunning, status.BatchesRunning, status.IsAccepting));
            Assert.All(callers, Check);
        }

        public void Dispose() => callers.ForEach(caller => caller.Source.Dispose());

        private void Do(Event next)
        {
            switch (next.Step)
            {
                case Step.Ask:
                    Ask([TextOf(next.First)], next);
                    break;
                case Step.AskForMany:
                    Ask([.. Enumerable.Range(0, next.First % 5).Select(i => TextOf(next.First + (i * 37)))], next);
                    break;
                case Step.Cancel when callers.Count > 0:
                    Caller caller = callers[next.First % callers.Count];
                    caller.Cancelled = true;
                    caller.Source.Cancel();
                    break;
                case Step.LetTimePass:
                    time.Advance(TimeSpan.FromMilliseconds(next.First % 30));
                    break;
                case Step.Run or Step.RunTwoAtOnce when depth < (next.Step == Step.Run ? 1 : 2):
                    queue.RunNext();
                    break;
                case Step.Stop when next.First % 4 == 0:
                    wasStopped = true;
                    stops.Add(queue.StopAsync(TimeSpan.FromMilliseconds(next.Second % 50)));
                    break;
            }

            Assert.InRange(queue.GetStatus().TokensWaiting, 0, MaxTokensWaiting);
        }

        // Few different texts, so that many are the same; some of them have several windows, and some cannot be run.
        private static string TextOf(int number) => (number % 11) switch
        {
            0 => new string('x', 1 + (number % 3)) + FakeBackend.Poison,
            1 => new string('l', 20 + (number % 13)),
            2 or 3 or 4 => string.Join(FakeBackend.WindowEnd, Enumerable.Range(1, 2 + (number % 4)).Select(window => WindowOf(number * window))),
            _ => new string((char)('a' + (number % 5)), 1 + (number % 7)),
        };

        private static string WindowOf(int number) =>
            new string((char)('a' + (number % 5)), 1 + (number % 3)) + (number % 23 == 0 ? FakeBackend.Poison : 'w');

        private void Ask(string[] texts, Event next)
        {
            var caller = new Caller
            {
                Texts = texts,
                Options = new RequestOptions
                {
                    Priority = next.Second % 3 == 0 ? RequestPriority.Bulk : RequestPriority.Interactive,
                    ClientKey = (next.Second / 3 % 4) switch { 0 => null, var client => client.ToString(CultureInfo.InvariantCulture) },
                    Timeout = next.Third % 3 == 0 ? TimeSpan.FromMilliseconds(1 + (next.Third % 40)) : null,
                    Deadline = next.Third % 5 == 0 ? time.GetUtcNow().AddMilliseconds(next.Third % 40) : null,
                },
            };
            callers.Add(caller);
            caller.Answer = queue.SubmitAsync([.. texts.Select(text => new TextInput(text))], caller.Options, caller.Source.Token);
        }

        // A run takes time, in which other things happen, to its own callers and batches as well.
        private void OnRun(FakeRun run)
        {
            Assert.All(run.Texts, row => Assert.Contains(
                callers, caller => caller.Texts.SelectMany(FakeBackend.WindowsOf).Contains(row) && !caller.Answer.IsCompletedSuccessfully));
            if (backend.SharesRepeatedRows)
            {
                // Nobody joins a run that nobody waits for any more, so that its rows may run once more before it has ended.
                Assert.Equal(run.Texts, run.Texts.Distinct().Except(inFlight.Where(other => !other.Stop.IsCancellationRequested).SelectMany(other => other.Texts)));
            }

            inFlight.Add(run);
            depth++;
            for (int i = run.Texts.Length % 5; i > 0 && whileRunning.TryDequeue(out Event next); i--)
            {
                Do(next);
            }

            depth--;
            time.Advance(TimeSpan.FromMilliseconds(3));
            inFlight.Remove(run);

            // A run that is stopped may still come to its end.
            if (run.Stop.IsCancellationRequested)
            {
                Count("run stopped");
            }

            if (run.Texts[0].Length % 2 == 0)
            {
                run.Stop.ThrowIfCancellationRequested();
            }
        }

        private void Count(string outcome) => outcomes.AddOrUpdate(outcome, 1, static (_, count) => count + 1);

        private void Check(Caller caller)
        {
            if (caller.Answer.IsCompletedSuccessfully)
            {
                Count("answered");
                if (caller.Texts.Any(text => text.Contains(FakeBackend.WindowEnd)))
                {
                    Count("answered in windows");
                }

                RequestResult result = caller.Answer.Result;
                Assert.Equal(caller.Texts, result.Classifications.Select(classification => classification.Label));
                Assert.All([result.TokenizationTime, result.WaitTime, result.RunTime], time => Assert.True(time >= TimeSpan.Zero));
                return;
            }

            Exception exception = caller.Answer.IsCanceled ? new OperationCanceledException() : caller.Answer.Exception!.InnerException!;
            Count(exception.GetType().Name);
            bool mayBe = exception switch
            {
                OperationCanceledException => caller.Cancelled,
                DeadlineExceededException => caller.Options.Timeout is not null || caller.Options.Deadline is not null,
                ModelRunException => caller.Texts.Any(text => text.Contains(FakeBackend.Poison)),
                QueueStoppedException => wasStopped,
                QueueFullException full => full.RetryAfter >= TimeSpan.Zero,
                ArgumentException => caller.Texts.Sum(text => text.Length) > 40,
                _ => false,
            };
            Assert.True(mayBe, exception.ToString());
        }
    }
}
