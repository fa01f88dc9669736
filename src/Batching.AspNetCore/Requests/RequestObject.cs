namespace Batching.AspNetCore.Requests;

/// <summary>An object of a request. A member that it does not have is refused.</summary>
internal abstract record RequestObject;
