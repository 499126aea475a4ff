using System.IO.Pipelines;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace FirstRing.Platform.Contracts;

/// <summary>
/// Wraps the real server and keeps its application, so that contract calls inside one process run the same pipeline, routes and serializer as those that
/// come over the wire.
/// </summary>
public sealed class LoopbackServer(IServer inner) : IServer
{
    Func<IFeatureCollection, Task>? _run;

    public IFeatureCollection Features => inner.Features;

    public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken) where TContext : notnull
    {
        _run = async features =>
        {
            var context = application.CreateContext(features);
            Exception? broken = null;
            try
            {
                await application.ProcessRequestAsync(context);
                if (features.Get<IHttpResponseFeature>() is LoopbackResponse response) await response.Start();
                await features.GetRequiredFeature<IHttpResponseBodyFeature>().CompleteAsync();
            }
            catch (Exception failure)
            {
                broken = failure;
                throw;
            }
            finally
            {
                if (features.Get<IHttpResponseFeature>() is LoopbackResponse response) await response.Complete();
                application.DisposeContext(context, broken);
            }
        };
        return inner.StartAsync(application, cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => inner.StopAsync(cancellationToken);
    public void Dispose() => inner.Dispose();

    /// <exception cref="HttpRequestException">The application does not run yet.</exception>
    public Task Run(IFeatureCollection features) => (_run ?? throw new HttpRequestException("The application does not run yet."))(features);
}

/// <summary>Carries a contract call to the application in this process.</summary>
public sealed class LoopbackHandler(LoopbackServer server, string callingService) : HttpMessageHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken);
        var output = new MemoryStream();
        var answer = new LoopbackResponse();
        var lifetime = new HttpRequestLifetimeFeature { RequestAborted = cancellationToken };
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(RequestFeature(request, body));
        features.Set<IHttpResponseFeature>(answer);
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(output));
        features.Set<IHttpRequestLifetimeFeature>(lifetime);
        features.Set(new Http.ContractDoor.InProcess(callingService));
        // Of its own flow: async locals cross in neither direction, as over the wire.
        Task run;
        using (ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow())
            run = Task.Run(() => server.Run(features), cancellationToken);
        try
        {
            await run.WaitAsync(cancellationToken);
        }
        catch (Exception failure) when (failure is not HttpRequestException && !cancellationToken.IsCancellationRequested)
        {
            // As over the wire: the caller learns that it failed, not how.
            throw new HttpRequestException("The service called failed.");
        }

        var response = new HttpResponseMessage((System.Net.HttpStatusCode)answer.StatusCode)
        {
            RequestMessage = request,
            Content = new ByteArrayContent(output.ToArray()),
        };
        foreach (var (name, values) in answer.Headers)
            if (!response.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values)) response.Content.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        return response;
    }

    static HttpRequestFeature RequestFeature(HttpRequestMessage request, byte[] body)
    {
        var headers = new HeaderDictionary { ["Host"] = request.RequestUri!.Authority };
        foreach (var (name, values) in request.Headers) headers[name] = values.ToArray();
        if (request.Content is not null)
            foreach (var (name, values) in request.Content.Headers) headers[name] = values.ToArray();
        headers.ContentLength = body.Length;
        return new HttpRequestFeature
        {
            Protocol = "HTTP/2",
            Scheme = "https",
            Method = request.Method.Method,
            Path = PathString.FromUriComponent(request.RequestUri).Value ?? "/",
            QueryString = request.RequestUri.Query,
            RawTarget = request.RequestUri.PathAndQuery,
            Headers = headers,
            Body = new MemoryStream(body, writable: false),
        };
    }
}
