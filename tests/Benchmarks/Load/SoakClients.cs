using Batching.Benchmarks.Racing;

namespace Batching.Benchmarks.Load;

/// <summary>
/// Clients of all kinds, more and fewer of them by turns, up to more than can be served: some leave, some send what the model
/// fails on, some send lists. Each looks whether it got what is its own.
/// </summary>
internal sealed class SoakClients(HostedClassifier classifier, string[] texts, float[][] expected, string poison, SoakCounts counts)
{
    private const int MostTextsOfAList = 8;
    private const int Clients = 5;
    private const double VanishingPart = 0.1;
    private const double PoisonPart = 0.02;
    private const double ListPart = 0.1;
    private const double BulkPart = 0.2;
    private const double LongestStayMilliseconds = 20;
    private static readonly double[] Loads = [0.3, 0.6, 0.9, 1.3];
    private readonly Random random = new(1);

    /// <summary>How long the load stays the same.</summary>
    public static TimeSpan Phase { get; } = TimeSpan.FromSeconds(5);

    /// <summary>Sends requests, and comes back when the last was sent.</summary>
    /// <param name="time">For how long.</param>
    /// <param name="perSecond">How many texts a second are the whole load.</param>
    public void Send(TimeSpan time, double perSecond)
    {
        var arrivals = new PoissonArrivals(seed: 1, time);
        while (arrivals.WaitForNext(Loads[(int)(arrivals.Due / Phase) % Loads.Length] * perSecond) is not null)
        {
            SendOne();
        }
    }

    private void SendOne()
    {
        int[] places = new int[random.NextDouble() < ListPart ? random.Next(2, MostTextsOfAList + 1) : 1];
        for (int i = 0; i < places.Length; i++)
        {
            places[i] = random.Next(texts.Length);
        }

        int poisonedPlace = random.NextDouble() < PoisonPart ? random.Next(places.Length) : -1;
        TimeSpan? stay = random.NextDouble() < VanishingPart ? TimeSpan.FromMilliseconds(random.NextDouble() * LongestStayMilliseconds) : null;
        var options = new RequestOptions
        {
            Priority = random.NextDouble() < BulkPart ? RequestPriority.Bulk : RequestPriority.Interactive,
            ClientKey = $"client {random.Next(Clients)}",
        };
        counts.Sent();
        _ = Task.Run(() => ClassifyAsync(places, poisonedPlace, stay, options));
    }

    private async Task ClassifyAsync(int[] places, int poisonedPlace, TimeSpan? stay, RequestOptions options)
    {
        using CancellationTokenSource? vanishing = stay is { } time ? new CancellationTokenSource(time) : null;
        try
        {
            TextInput[] inputs = [.. places.Select((place, i) => (TextInput)(i == poisonedPlace ? $"{texts[place]} {poison}" : texts[place]))];
            RequestResult result = await classifier.SubmitAsync(inputs, options, vanishing?.Token ?? default).ConfigureAwait(false);
            bool isRight = poisonedPlace < 0
                && places.Select((place, i) => Agreement.AreSameBits(result.Classifications[i].Logits.Span, expected[place])).All(same => same);
            if (isRight)
            {
                counts.Answered();
            }
            else
            {
                counts.Wrong(poisonedPlace < 0 ? $"other bits than alone: '{texts[places[0]]}'" : $"an answer in place of a failure: '{texts[places[poisonedPlace]]}'");
            }
        }
        catch (QueueFullException)
        {
            counts.Refused();
        }
        catch (OperationCanceledException) when (vanishing is { IsCancellationRequested: true })
        {
            counts.Left();
        }
        catch (ModelRunException) when (poisonedPlace >= 0)
        {
            counts.Poisoned();
        }
        catch (Exception exception)
        {
            counts.Wrong(exception.ToString());
        }
    }
}
