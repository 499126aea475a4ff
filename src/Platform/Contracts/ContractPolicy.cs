using FirstRing.Platform.Http;

namespace FirstRing.Platform.Contracts;

/// <summary>
/// The same for both carriers: the caller's identity, a deadline, a bulkhead per (caller, callee), and one more try when the callee could not be reached
/// (every verb is safe to repeat).
/// </summary>
public sealed class ContractPolicy(string callingService, ContractLimits limits, TimeProvider clock, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    const long LargestAnswer = 8 << 20;
    readonly SemaphoreSlim _bulkhead = new(limits.Parallel);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var acting = Acting.Now ?? Caller.System(callingService);
        Put(request, CallerHeaders.Tenant, acting.Tenant);
        Put(request, CallerHeaders.Actor, acting.Actor);
        Put(request, CallerHeaders.Role, acting.Role);

        using var tooLate = new CancellationTokenSource(limits.Deadline, clock);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, tooLate.Token);
        // Full means the callee is slow or gone; waiting longer would only take the caller down with it.
        if (!await _bulkhead.WaitAsync(limits.QueueTime, cancellationToken)) throw new HttpRequestException("The service called is busy.");
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    return await Whole(await base.SendAsync(request, deadline.Token), deadline.Token);
                }
                catch (HttpRequestException) when (attempt < limits.Attempts)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(100 * attempt), clock, deadline.Token);
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException("The service called did not answer in time.");
        }
        finally
        {
            _bulkhead.Release();
        }
    }

    // The deadline and the bulkhead hold until the last byte of the answer: a callee that stalls half-way is as slow as one that never began.
    static async Task<HttpResponseMessage> Whole(HttpResponseMessage response, CancellationToken stop)
    {
        try
        {
            await response.Content.LoadIntoBufferAsync(LargestAnswer, stop);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    static void Put(HttpRequestMessage request, string header, string? value)
    {
        if (value is not null) request.Headers.TryAddWithoutValidation(header, value);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _bulkhead.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>Bounds of the calls from one service to another.</summary>
public sealed record ContractLimits(TimeSpan Deadline, TimeSpan QueueTime, int Parallel, int Attempts)
{
    public static readonly ContractLimits Default = new(TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(500), 256, 3);
}
