using FirstRing.Platform.Storage;

namespace FirstRing.Platform.Sealing;

/// <summary>An unwrapped key; <paramref name="sealedBefore"/> values lay under it when it was read.</summary>
internal sealed class DataKey(Guid id, byte[] key, long sealedBefore)
{
    long _sealed;

    public Guid Id => id;
    public byte[] Key => key;
    public bool IsWorn => sealedBefore + Interlocked.Read(ref _sealed) >= StoreKeys.MostSealed;
    public void CountSeal() => Interlocked.Increment(ref _sealed);

    /// <summary>What was counted since the last take.</summary>
    public long Take() => Interlocked.Exchange(ref _sealed, 0);
}

/// <summary>A tenant's keys of one purpose, in every keyEpoch, as they came from one unwrapping. Its times are monotonic.</summary>
internal sealed class KeyRing(IReadOnlyList<DataKey> keys, bool expires, TimeProvider clock)
{
    readonly Dictionary<Guid, DataKey> _byId = keys.ToDictionary(key => key.Id);
    readonly long _unwrapped = clock.GetTimestamp();
    long _needed = clock.GetTimestamp(), _uses;

    public DataKey Newest()
    {
        Interlocked.Increment(ref _uses);
        keys[^1].CountSeal();
        return keys[^1];
    }

    public DataKey? Of(Guid id)
    {
        Interlocked.Increment(ref _uses);
        return _byId.GetValueOrDefault(id);
    }

    /// <summary>False where it may not be used any more.</summary>
    public bool Need(TimeProvider now)
    {
        if (!IsNeeded(now)) return false;
        Interlocked.Exchange(ref _needed, now.GetTimestamp());
        return true;
    }

    public bool IsNeeded(TimeProvider now) => !expires
        || (now.GetElapsedTime(Interlocked.Read(ref _needed)) < StoreKeys.Idle && now.GetElapsedTime(_unwrapped) < StoreKeys.Longest && Interlocked.Read(ref _uses) < StoreKeys.MostUses);

    /// <summary>Still good, but to be renewed.</summary>
    public bool IsStale(TimeProvider now) =>
        expires && (now.GetElapsedTime(_unwrapped) >= StoreKeys.Fresh || Interlocked.Read(ref _uses) >= StoreKeys.MostUses / 4 * 3 || keys[^1].IsWorn);

    public IEnumerable<(Guid Id, long Count)> TakeSealed() => keys.Select(key => (key.Id, key.Take())).Where(taken => taken.Item2 > 0);
}

/// <summary>A question to the key provider has a limit; after one that got no answer all others fail at once, but for one a second that tries again.</summary>
internal sealed class ProviderWatch(TimeProvider clock, TimeSpan answerWithin, TimeSpan askAgain)
{
    readonly Lock _gate = new();
    long? _failed;
    bool _trying;

    public bool MayAsk
    {
        get { lock (_gate) return _failed is not { } failed || (!_trying && clock.GetElapsedTime(failed) >= askAgain); }
    }

    /// <exception cref="KeysUnavailable">No answer.</exception>
    public async Task<T> Ask<T>(Func<CancellationToken, Task<T>> question)
    {
        lock (_gate)
        {
            if (_failed is not null && (_trying || clock.GetElapsedTime(_failed.Value) < askAgain)) throw new KeysUnavailable();
            _trying = _failed is not null;
        }
        using var limit = new CancellationTokenSource(answerWithin, clock);
        try
        {
            // A provider may block: not on the thread that asks.
            var answer = await Task.Run(() => question(limit.Token), CancellationToken.None).WaitAsync(answerWithin, clock);
            Settle(failed: false);
            return answer;
        }
        catch (Exception answer) when (answer is System.Security.Cryptography.CryptographicException or ArgumentException)
        {
            Settle(failed: false);
            throw;
        }
        catch (Exception failure)
        {
            Settle(failed: true);
            throw failure as KeysUnavailable ?? new KeysUnavailable(failure);
        }
    }

    void Settle(bool failed)
    {
        lock (_gate)
        {
            _trying = false;
            _failed = failed ? clock.GetTimestamp() : null;
        }
    }
}
