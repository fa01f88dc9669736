using System.Buffers;
using System.Net;

namespace Batching.Hub;

/// <summary>Downloads one file to its blob: beside it first, under its name once it is whole and checked.</summary>
internal sealed class BlobDownload(HubClient client, HubSettings settings, RemoteFile file, string blob, Action<long, long?> report)
{
    private const int BufferLength = 1 << 17;

    // A failure after so much has come does not count among the retries.
    private const long WorthTheRetry = 1 << 20;

    private readonly string address = HubClient.Shown(file.Address);
    private readonly string incomplete = $"{blob}.incomplete";

    // Where the server says so only when it sends the file.
    private long? length = file.Length;

    /// <summary>Downloads what is missing.</summary>
    /// <exception cref="ModelLoadException">The server refuses or fails, the content is not what it should be, or the disk is full.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(blob)!);
        if (await FillAsync(cancellationToken).ConfigureAwait(false))
        {
            File.Move(incomplete, blob, overwrite: true);
            return;
        }

        File.Delete(incomplete);
        throw new ModelLoadException(
            $"What {address} sends is not the file: its checksum is not the {file.Checksum} that the server promises, also when downloaded anew. Try again later, or set {nameof(ModelHubOptions.Endpoint)} or HF_ENDPOINT to another server.",
            address);
    }

    // Twice, because what an earlier run left may be what is wrong.
    private async Task<bool> FillAsync(CancellationToken cancellationToken)
    {
        FileStream content = Open();
        await using (content.ConfigureAwait(false))
        {
            for (int attempt = 0; attempt < 2; attempt++)
            {
                await FillAsync(content, cancellationToken).ConfigureAwait(false);
                if (await file.Checksum.IsOfAsync(content, cancellationToken).ConfigureAwait(false))
                {
                    OnDisk(() => content.Flush(flushToDisk: true));
                    return true;
                }

                OnDisk(() => content.SetLength(0));
            }
        }

        return false;
    }

    private async Task FillAsync(FileStream content, CancellationToken cancellationToken)
    {
        if (length is { } expected)
        {
            if (content.Length > expected)
            {
                OnDisk(() => content.SetLength(0));
            }

            RequireSpace(expected - content.Length);
        }

        TransientFailure? failure;
        long before;
        do
        {
            before = content.Length;
            failure = content.Length == length
                ? null
                : await client.TryAsync(guard => ReceiveAsync(content, guard, cancellationToken), retries: true, cancellationToken).ConfigureAwait(false);
        }
        while (failure is not null && content.Length - before >= WorthTheRetry);

        if (failure is not null)
        {
            throw failure.ToRefusal(file.Address, settings.MaxRetries);
        }
    }

    private async Task<TransientFailure?> ReceiveAsync(FileStream content, StallGuard guard, CancellationToken cancellationToken)
    {
        long position = content.Length;
        (HttpResponseMessage? response, TransientFailure? failure) = await client.OpenAsync(file, position, guard).ConfigureAwait(false);
        if (response is null)
        {
            return failure;
        }

        using (response)
        {
            if (position > 0 && !GoesOnAt(response, position))
            {
                OnDisk(() => content.SetLength(0));
                if (response.StatusCode != HttpStatusCode.OK)
                {
                    return new TransientFailure("does not go on where it was cut off", Status: response.StatusCode, RetryAfter: TimeSpan.Zero);
                }

                position = 0;
            }

            long? announced = response.Content.Headers.ContentLength is { } rest ? position + rest : null;
            length ??= announced ?? throw new ModelLoadException(
                $"{address} does not say how long the file is. Set {nameof(ModelHubOptions.Endpoint)} or HF_ENDPOINT to a server that keeps Hugging Face's headers.", address);
            if (announced is not null && announced != length)
            {
                return new TransientFailure($"announces {announced} bytes, but the file has {length}", Status: response.StatusCode);
            }

            Stream body = await response.Content.ReadAsStreamAsync(guard.Token).ConfigureAwait(false);
            await using (body.ConfigureAwait(false))
            {
                return await CopyAsync(body, content, position, length.Value, guard, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private bool GoesOnAt(HttpResponseMessage response, long position) =>
        response.StatusCode == HttpStatusCode.PartialContent
        && response.Content.Headers.ContentRange is { } range
        && range.From == position
        && (range.Length is null || length is null || range.Length == length);

    private async Task<TransientFailure?> CopyAsync(
        Stream body, FileStream content, long position, long end, StallGuard guard, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferLength);
        try
        {
            content.Position = position;
            while (position < end)
            {
                guard.Start();
                int count = await body.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, end - position)), guard.Token).ConfigureAwait(false);
                guard.Stop();
                if (count == 0)
                {
                    return new TransientFailure($"ended after {position} of {end} bytes", new HttpIOException(HttpRequestError.ResponseEnded));
                }

                await WriteAsync(content, buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
                position += count;
                report(position, end);
            }

            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private FileStream Open()
    {
        FileStream? content = null;
        OnDisk(() => content = new FileStream(
            incomplete, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.Asynchronous | FileOptions.SequentialScan));
        return content!;
    }

    private async Task WriteAsync(FileStream content, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await content.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw CannotWrite(exception);
        }
    }

    // Told from a failure of the network, which is an IOException as well.
    private void OnDisk(Action action)
    {
        try
        {
            action();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw CannotWrite(exception);
        }
    }

    private ModelLoadException CannotWrite(Exception exception) => new(
        $"'{incomplete}' cannot be written: {exception.Message} Free some space or correct the permissions, or set {nameof(ModelHubOptions.CacheFolder)} or HF_HUB_CACHE to another folder.",
        incomplete,
        exception);

    private void RequireSpace(long bytes)
    {
        long free;
        try
        {
            free = new DriveInfo(Path.GetDirectoryName(blob)!).AvailableFreeSpace;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // Not every file system says; a write will.
            return;
        }

        if (bytes > free)
        {
            throw new ModelLoadException(
                $"'{file.Name}' needs {bytes} bytes more in '{settings.CacheFolder}', where {free} are free. Free some space, or set {nameof(ModelHubOptions.CacheFolder)} or HF_HUB_CACHE to another folder.",
                settings.CacheFolder);
        }
    }
}
