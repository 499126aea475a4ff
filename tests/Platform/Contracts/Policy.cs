using System.Net;
using FirstRing.Platform.Contracts;
using FirstRing.Platform.Http;

namespace FirstRing.Tests.Platform.Contracts;

public sealed class Policy
{
    static readonly ContractLimits Small = new(TimeSpan.FromSeconds(30), TimeSpan.FromMilliseconds(50), 2, 3);

    [Fact]
    public async Task A_full_bulkhead_refuses_at_once_and_is_free_again_when_the_calls_end()
    {
        var gate = new TaskCompletionSource();
        var calls = 0;
        using var client = Client(async _ => { Interlocked.Increment(ref calls); await gate.Task; return new HttpResponseMessage(HttpStatusCode.OK); });
        var inside = new[] { client.GetAsync(At), client.GetAsync(At) };
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(At));
        Assert.Equal(2, calls);
        gate.SetResult();
        await Task.WhenAll(inside);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(At)).StatusCode);
    }

    [Fact]
    public async Task A_call_that_failed_gives_its_place_back()
    {
        using var client = Client(_ => throw new InvalidOperationException());
        for (var number = 0; number < 5; number++) await Assert.ThrowsAsync<InvalidOperationException>(() => client.GetAsync(At));
    }

    [Fact]
    public async Task A_callee_out_of_reach_is_tried_again_a_few_times_with_the_whole_request()
    {
        var bodies = new List<string>();
        using var client = Client(async request =>
        {
            bodies.Add($"{await request.Content!.ReadAsStringAsync()} {string.Join(',', request.Headers.GetValues(CallerHeaders.Actor))}");
            return bodies.Count < 3 ? throw new HttpRequestException() : new HttpResponseMessage(HttpStatusCode.OK);
        });
        Assert.Equal(HttpStatusCode.OK, (await client.PostAsync(At, new StringContent("body"))).StatusCode);
        Assert.Equal(Enumerable.Repeat("body service:identity", 3), bodies);
        bodies.Clear();
        using var dead = Client(_ => { bodies.Add(""); throw new HttpRequestException(); });
        await Assert.ThrowsAsync<HttpRequestException>(() => dead.GetAsync(At));
        Assert.Equal(3, bodies.Count);
    }

    [Fact]
    public async Task An_answer_is_not_asked_for_twice_whatever_it_says()
    {
        var calls = 0;
        using var client = Client(_ => { calls++; return Task.FromResult(new HttpResponseMessage(HttpStatusCode.InternalServerError)); });
        Assert.Equal(HttpStatusCode.InternalServerError, (await client.GetAsync(At)).StatusCode);
        Assert.Equal(1, calls);
    }

    static readonly Uri At = new("https://records/contract/records/get-patient");

    static HttpClient Client(Func<HttpRequestMessage, Task<HttpResponseMessage>> answer) =>
        new(new ContractPolicy("identity", Small, TimeProvider.System, new Answering(answer)));

    sealed class Answering(Func<HttpRequestMessage, Task<HttpResponseMessage>> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => answer(request);
    }
}
