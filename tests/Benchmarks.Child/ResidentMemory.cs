using System.Globalization;

namespace Batching.Benchmarks.Child;

/// <summary>The resident memory of this process while batches of all shapes go through a small model.</summary>
internal static class ResidentMemory
{
    private const int MostRows = 32;
    private const int Lines = 100;

    public static void Print(string modelFolder, int batches)
    {
        using SequenceModel model = SequenceModel.Load(modelFolder);
        int vocabulary = model.VocabularySize ?? 1;
        int mostColumns = model.MaxLength ?? 1;
        var random = new Random(1);
        for (int batch = 1; batch <= batches; batch++)
        {
            RunOne(model, random, vocabulary, mostColumns);
            if (batch % Math.Max(1, batches / Lines) == 0)
            {
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"{{\"batches\": {batch}, \"bytes\": {Environment.WorkingSet}}}"));
            }
        }
    }

    private static void RunOne(SequenceModel model, Random random, int vocabulary, int mostColumns)
    {
        var rows = new int[random.Next(1, MostRows + 1)][];
        for (int row = 0; row < rows.Length; row++)
        {
            rows[row] = new int[random.Next(1, mostColumns + 1)];
            for (int column = 0; column < rows[row].Length; column++)
            {
                rows[row][column] = random.Next(vocabulary);
            }
        }

        using var batch = TokenBatch.Pad(rows, padTokenId: 0);
        model.Run(batch);
    }
}
