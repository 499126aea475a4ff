using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace FirstRing.Platform.Contracts;

/// <summary>The response of a call inside the process. The framework's plain feature drops the callbacks, and with them the request's scope is never disposed of.</summary>
internal sealed class LoopbackResponse : IHttpResponseFeature
{
    readonly Stack<(Func<object, Task> Callback, object State)> _starting = [], _completed = [];

    public int StatusCode { get; set; } = StatusCodes.Status200OK;
    public string? ReasonPhrase { get; set; }
    public IHeaderDictionary Headers { get; set; } = new HeaderDictionary();
    [Obsolete("The body is IHttpResponseBodyFeature's.")] public Stream Body { get; set; } = Stream.Null;
    public bool HasStarted { get; private set; }

    public void OnStarting(Func<object, Task> callback, object state) => _starting.Push((callback, state));
    public void OnCompleted(Func<object, Task> callback, object state) => _completed.Push((callback, state));

    /// <summary>The body is buffered, so the response starts when it is whole.</summary>
    public async Task Start()
    {
        while (_starting.TryPop(out var next)) await next.Callback(next.State);
        HasStarted = true;
    }

    public async Task Complete()
    {
        while (_completed.TryPop(out var next)) await next.Callback(next.State);
    }
}
