namespace Batching;

/// <summary>How a request to a <see cref="ClassificationQueue"/> is treated.</summary>
/// <remarks>
/// Immutable and thread-safe. Options that are given replace the queue's
/// <see cref="ClassificationQueueOptions.RequestDefaults"/> as a whole; <c>with</c> changes a part of those.
/// </remarks>
public sealed record RequestOptions
{
    /// <summary>The default: interactive, without a time limit, for nobody in particular.</summary>
    public static RequestOptions Default { get; } = new();

    /// <summary>Whether somebody waits for the answer.</summary>
    /// <value>Default: <see cref="RequestPriority.Interactive"/>.</value>
    public RequestPriority Priority { get; init; }

    /// <summary>How long the answer may take, from the call on.</summary>
    /// <value>Default: null, as long as it takes. Above zero. Of this and <see cref="Deadline"/>, what comes first counts.</value>
    public TimeSpan? Timeout { get; init; }

    /// <summary>When the answer is of no use any more.</summary>
    /// <value>Default: null, never. A request whose deadline has passed is refused.</value>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>Whom the request is for, such as an API key or an address: the clients of a priority share the time fairly.</summary>
    /// <value>Default: null. All requests without a key count as those of one client.</value>
    public string? ClientKey { get; init; }

    /// <summary>How the texts become ids, such as <see cref="TruncationStrategy.None"/> for texts that are not to be cut.</summary>
    /// <value>
    /// Default: null, <see cref="EncodingOptions.Default"/>. A text longer than the model takes is refused. With
    /// <see cref="LongText.Windows"/>, null stands for the classifier's windows; other options make windows of their own
    /// <see cref="EncodingOptions.MaxLength"/> and <see cref="EncodingOptions.Stride"/>, of the text that
    /// <see cref="EncodingOptions.Truncation"/> says, and with <see cref="TruncationStrategy.None"/> none.
    /// </value>
    public EncodingOptions? Encoding { get; init; }

    /// <param name="parameterName">What the caller calls the options.</param>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    internal void Validate(string parameterName)
    {
        if (!Enum.IsDefined(Priority))
        {
            throw new ArgumentException(
                $"{nameof(Priority)} is {Priority}; it has to be {nameof(RequestPriority.Interactive)} or {nameof(RequestPriority.Bulk)}.", parameterName);
        }

        if (Timeout <= TimeSpan.Zero)
        {
            throw new ArgumentException($"{nameof(Timeout)} is {Timeout}; it has to be above zero. Leave it null for no limit.", parameterName);
        }
    }
}
