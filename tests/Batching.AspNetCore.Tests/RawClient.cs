using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Batching.AspNetCore.Tests;

/// <summary>A client that sends and reads when it is told to.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly TcpClient connection;

    private RawClient(TcpClient connection) => this.connection = connection;

    /// <summary>Sends the head of a request, and a part of its body.</summary>
    /// <param name="address">The server.</param>
    /// <param name="path">What is asked.</param>
    /// <param name="length">How long the body is said to be.</param>
    /// <param name="body">What is sent of it.</param>
    public static async Task<RawClient> PostAsync(Uri address, string path, int length, string body)
    {
        var socket = new TcpClient { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(address.Host, address.Port);
        var client = new RawClient(socket);
        await client.SendAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"POST {path} HTTP/1.1\r\nHost: {address.Authority}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"));
        return client;
    }

    public async Task SendAsync(string text) => await connection.GetStream().WriteAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>The first line of the answer.</summary>
    public async Task<string> StatusAsync()
    {
        using var reader = new StreamReader(connection.GetStream(), Encoding.UTF8, leaveOpen: true);
        return (await reader.ReadLineAsync().WaitAsync(RunningServer.Patience))!;
    }

    public void Dispose() => connection.Dispose();
}
