using System.Security.Cryptography;
using FirstRing.Platform.Sealing;
using FirstRing.Tests.Harness;
using Microsoft.Extensions.Time.Testing;

namespace FirstRing.Tests.Platform.Sealing;

/// <summary>How long a key provider is waited for, and how often one that gave no answer is asked again.</summary>
public sealed class ProviderWatches
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(3), Again = TimeSpan.FromSeconds(1), Tick = TimeSpan.FromTicks(1);

    readonly FakeTimeProvider _clock = new(TestStore.Start);
    readonly ProviderWatch _watch;
    int _asked;

    public ProviderWatches() => _watch = new ProviderWatch(_clock, Patience, Again);

    Task<int> Ask(Func<CancellationToken, Task<int>>? answer = null) => _watch.Ask(stop =>
    {
        Interlocked.Increment(ref _asked);
        return answer is null ? Task.FromResult(7) : answer(stop);
    });

    static Task<int> Fails(CancellationToken stop) => throw new IOException("gone");

    [Fact]
    public async Task An_answer_is_passed_on_and_others_may_ask()
    {
        Assert.True(_watch.MayAsk);
        Assert.Equal(7, await Ask());
        Assert.Equal(7, await Ask());
        Assert.True(_watch.MayAsk);
    }

    [Fact]
    public async Task After_one_without_an_answer_nobody_asks_for_a_second_and_then_one_does()
    {
        Assert.IsType<IOException>((await Assert.ThrowsAsync<KeysUnavailable>(() => Ask(Fails))).InnerException);
        Assert.False(_watch.MayAsk);
        _clock.Advance(Again - Tick);
        Assert.False(_watch.MayAsk);
        await Assert.ThrowsAsync<KeysUnavailable>(() => Ask());
        Assert.Equal(1, _asked);

        _clock.Advance(Tick);
        Assert.True(_watch.MayAsk);
        var held = new TaskCompletionSource<int>();
        var tries = Ask(_ => held.Task);
        Assert.False(_watch.MayAsk); // one tries
        await Assert.ThrowsAsync<KeysUnavailable>(() => Ask());
        held.SetResult(8);
        Assert.Equal(8, await tries);
        Assert.Equal(2, _asked);
        Assert.True(_watch.MayAsk);
        Assert.Equal(7, await Ask());
    }

    [Fact]
    public async Task One_that_tried_again_in_vain_begins_the_second_anew()
    {
        await Assert.ThrowsAsync<KeysUnavailable>(() => Ask(Fails));
        _clock.Advance(Again);
        await Assert.ThrowsAsync<KeysUnavailable>(() => Ask(Fails));
        Assert.Equal(2, _asked);
        _clock.Advance(Again - Tick);
        Assert.False(_watch.MayAsk);
        _clock.Advance(Tick);
        Assert.Equal(7, await Ask());
    }

    [Fact]
    public async Task One_that_refuses_for_good_is_there()
    {
        await Assert.ThrowsAsync<KeysUnavailable>(() => Ask(Fails));
        _clock.Advance(Again);
        await Assert.ThrowsAsync<KeysDestroyed>(() => Ask(_ => throw new KeysDestroyed()));
        Assert.True(_watch.MayAsk);
        await Assert.ThrowsAsync<CryptographicException>(() => Ask(_ => throw new CryptographicException()));
        await Assert.ThrowsAsync<ArgumentException>(() => Ask(_ => throw new ArgumentException("no")));
        Assert.Equal(7, await Ask());
    }

    [Fact]
    public async Task What_a_provider_says_of_itself_is_passed_on()
    {
        var said = new KeysUnavailable(new IOException("its own"));
        Assert.Same(said, await Assert.ThrowsAsync<KeysUnavailable>(() => Ask(_ => throw said)));
    }

    [Fact]
    public async Task One_that_is_silent_is_given_up_after_three_seconds_and_told()
    {
        var (begun, told) = (new TaskCompletionSource(), new TaskCompletionSource());
        var asked = Ask(async stop =>
        {
            await using var _ = stop.Register(told.SetResult);
            begun.SetResult();
            await new TaskCompletionSource().Task;
            return 0;
        });
        await begun.Task;
        _clock.Advance(Patience - Tick);
        await Task.Yield();
        Assert.False(asked.IsCompleted);
        _clock.Advance(Tick);
        await Assert.ThrowsAsync<KeysUnavailable>(() => asked);
        await told.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.False(_watch.MayAsk);
    }
}
