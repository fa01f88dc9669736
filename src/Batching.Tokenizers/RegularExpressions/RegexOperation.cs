namespace Batching.Tokenization;

/// <summary>What an instruction of a <see cref="RegexProgram"/> does.</summary>
internal enum RegexOperation : byte
{
    /// <summary>The (part of the) expression has matched.</summary>
    Accept,

    /// <summary>Takes a character of a set.</summary>
    Set,

    /// <summary>Takes characters of a set, from First to Second of them, as many as there are and then fewer.</summary>
    Greedy,

    /// <summary>The same, as few as may be and then more.</summary>
    Lazy,

    /// <summary>The same, as many as there are.</summary>
    Possessive,

    /// <summary>Goes on at First or, if that fails, at Second.</summary>
    Split,

    /// <summary>Goes on at First.</summary>
    Jump,

    /// <summary>Remembers the place in the text in register First.</summary>
    Mark,

    /// <summary>Goes on at Second if the place is still that of register First.</summary>
    LeaveIfEmpty,

    /// <summary>What follows up to First has to match; goes on at First where it has ended.</summary>
    Atomic,

    /// <summary>What follows up to First has to match here.</summary>
    Ahead,

    /// <summary>What follows up to First must not match here.</summary>
    NotAhead,

    /// <summary>What follows up to First has to match before this place, in as many characters as range Second allows.</summary>
    Behind,

    /// <summary>What follows up to First must not match before this place.</summary>
    NotBehind,

    /// <summary>Takes a user-perceived character.</summary>
    Grapheme,

    TextStart,
    TextEnd,
    LastLineEnd,
    LineStart,
    LineEnd,
    WordBoundary,
    NoWordBoundary,
}
