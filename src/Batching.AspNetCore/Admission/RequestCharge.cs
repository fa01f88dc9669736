using Microsoft.AspNetCore.Http.Features;

namespace Batching.AspNetCore.Admission;

/// <summary>What one request takes of the <see cref="RequestBudget"/>, from its first byte until its answer has been sent.</summary>
internal sealed class RequestCharge(RequestBudget budget) : IDisposable
{
    // Clients that send slowly leave no room for large bodies to others that do, and never keep small ones out.
    private const int FreeBodyBytes = 1 << 16;

    // The body itself, its JSON with an entry for each part of it, and its texts as UTF-16.
    private const int BytesOfBodyByte = 12;

    private long spent;
    private long body;
    private bool isUnderWay;

    public static RequestCharge Of(HttpContext context) => context.Features.GetRequiredFeature<RequestCharge>();

    /// <summary>Counts what has come of the body.</summary>
    /// <exception cref="Requests.RequestException">There is no room for it.</exception>
    public void Receive(long length)
    {
        if (length - FreeBodyBytes > body)
        {
            Spend(length - FreeBodyBytes - body);
            body = length - FreeBodyBytes;
        }
    }

    /// <summary>Counts the request, whose body is there, and what will be read from it.</summary>
    /// <exception cref="Requests.RequestException">There is no room for it.</exception>
    public void Begin(long length)
    {
        budget.Enter();
        isUnderWay = true;
        Spend((length * BytesOfBodyByte) - body);
    }

    /// <summary>Counts memory before it is taken.</summary>
    /// <param name="bytes">How much.</param>
    /// <exception cref="Requests.RequestException">There is no room for it.</exception>
    public void Spend(long bytes)
    {
        budget.Spend(bytes, spent);
        spent += bytes;
    }

    /// <summary>Counts the request no longer: what is still to come is to be sent, which may take as long as its client wants.</summary>
    public void End()
    {
        if (isUnderWay)
        {
            isUnderWay = false;
            budget.Leave();
        }
    }

    public void Dispose()
    {
        End();
        budget.Return(spent);
        spent = 0;
    }
}
