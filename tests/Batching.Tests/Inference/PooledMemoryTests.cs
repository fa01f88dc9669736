using System.Diagnostics.Tracing;
using Xunit;

namespace Batching.Tests.Inference;

/// <summary>Nothing rented or pinned is left behind, however a run ends.</summary>
[Collection(Alone)]
public sealed class PooledMemoryTests(DefaultModel models) : IClassFixture<DefaultModel>
{
    public const string Alone = "What counts the process's buffers runs alone";

    private const int Rounds = 50;

    [Fact]
    public void A_run_gives_back_what_it_rented_whether_it_ends_well_or_not()
    {
        SequenceModel int32 = SequenceModel.Load(Repository.Contract("bert-multilabel-int32"));
        SequenceModel model = models[ModelPrecision.Int8];
        Action[] endings =
        [
            () => Run(model, [[200, 201], [200]], CancellationToken.None),
            () => Run(int32, [[20, 21], [20]], CancellationToken.None),
            () => Assert.Throws<ArgumentException>(() => Run(model, [[200, 99999]], CancellationToken.None)),
            () => Assert.Throws<OperationCanceledException>(() => Run(model, [[200]], new CancellationToken(canceled: true))),
            () => Assert.Throws<OperationCanceledException>(() => RunUntilCancelled(models[ModelPrecision.Float32])),
            () => Assert.Throws<ArgumentException>(() => TokenBatch.Pad([[1, 2], []], 0, new PaddingOptions { Strategy = PaddingStrategy.None })),
        ];
        foreach (Action ending in endings)
        {
            ending();
            long pinned = PinnedObjects();
            using (var rents = new RentCounter())
            {
                for (int round = 0; round < Rounds; round++)
                {
                    ending();
                }

                Assert.Equal((0, true), (rents.Outstanding, rents.Seen));
            }

            Assert.InRange(PinnedObjects(), 0, pinned + 2);
        }

        int32.Dispose();
    }

    private static void Run(SequenceModel model, int[][] rows, CancellationToken cancellationToken)
    {
        using TokenBatch batch = TokenBatch.Pad(rows, padTokenId: 0);
        model.Run(batch, cancellationToken);
    }

    private static void RunUntilCancelled(SequenceModel model)
    {
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(5));
        Run(model, [.. Enumerable.Repeat(Enumerable.Repeat(200, 256).ToArray(), 32)], source.Token);
    }

    private static long PinnedObjects()
    {
        GC.Collect();
        return GC.GetGCMemoryInfo(GCKind.FullBlocking).PinnedObjectsCount;
    }

    /// <summary>Counts the arrays of all shared pools that were rented and not returned.</summary>
    private sealed class RentCounter : EventListener
    {
        private const int Rented = 1;
        private const int Returned = 3;
        private const int Dropped = 6;

        private readonly HashSet<(int, int)> outstanding = [];

        /// <summary>Whether anything was rented at all.</summary>
        public bool Seen { get; private set; }

        public int Outstanding
        {
            get
            {
                lock (outstanding)
                {
                    return outstanding.Count;
                }
            }
        }

        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            if (eventSource.Name == "System.Buffers.ArrayPoolEventSource")
            {
                EnableEvents(eventSource, EventLevel.Verbose);
            }
        }

        protected override void OnEventWritten(EventWrittenEventArgs eventData)
        {
            if (eventData.EventId is not (Rented or Returned or Dropped))
            {
                return;
            }

            // The buffer, and its size: of its pool nothing more is told when it comes back.
            var buffer = ((int)eventData.Payload![0]!, (int)eventData.Payload[1]!);
            lock (outstanding)
            {
                if (eventData.EventId == Rented)
                {
                    outstanding.Add(buffer);
                    Seen = true;
                }
                else
                {
                    outstanding.Remove(buffer);
                }
            }
        }
    }
}
