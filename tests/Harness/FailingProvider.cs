using System.Security.Cryptography;
using FirstRing.Platform.Sealing;

namespace FirstRing.Tests.Harness;

/// <summary>How a provider fails.</summary>
public enum ProviderFault { None, Silent, Refuses, CorruptKey, WrongKey }

/// <summary>A real key provider that counts what it is asked and can be made to fail.</summary>
public sealed class FailingProvider(IKeyProvider inner) : IKeyProvider
{
    public ProviderFault Fault { get; set; }

    /// <summary>Binds wrapped keys to their tenant alone, so that services on one database hold the same ones.</summary>
    public bool IgnoresPlace { get; init; }
    public int Unwrapped { get; private set; }
    public int Wrapped { get; private set; }

    /// <summary>Runs between a key's wrapping and what its store does with it.</summary>
    public Action? AfterWrap { get; set; }
    public IKeyProvider Inner => inner;
    public string Kind => inner.Kind;

    public Task<IReadOnlyList<string>> Tenants(CancellationToken stop) => Or(() => inner.Tenants(stop));
    public Task<IReadOnlyList<KekVersion>> Versions(string tenant, CancellationToken stop) => Or(() => inner.Versions(tenant, stop));
    public Task Rotate(string tenant, int from, CancellationToken stop) => Or(() => Done(inner.Rotate(tenant, from, stop)));
    public Task Retire(string tenant, int version, CancellationToken stop) => Or(() => Done(inner.Retire(tenant, version, stop)));
    public Task Destroy(string tenant, CancellationToken stop) => Or(() => Done(inner.Destroy(tenant, stop)));

    public async Task<byte[]> Wrap(string tenant, ReadOnlyMemory<byte> place, ReadOnlyMemory<byte> dek, CancellationToken stop)
    {
        Wrapped++;
        var wrapped = await Or(() => inner.Wrap(tenant, IgnoresPlace ? default : place, dek, stop));
        AfterWrap?.Invoke();
        return wrapped;
    }

    public async Task<byte[]> Unwrap(string tenant, ReadOnlyMemory<byte> place, ReadOnlyMemory<byte> wrapped, CancellationToken stop)
    {
        Unwrapped++;
        var blob = wrapped.ToArray();
        if (Fault == ProviderFault.CorruptKey) blob[^1] ^= 1;
        var dek = await Or(() => inner.Unwrap(tenant, IgnoresPlace ? default : place, blob, stop));
        return Fault == ProviderFault.WrongKey ? RandomNumberGenerator.GetBytes(dek.Length) : dek;
    }

    static async Task<int> Done(Task task)
    {
        await task;
        return 0;
    }

    async Task<T> Or<T>(Func<Task<T>> answer)
    {
        if (Fault == ProviderFault.Refuses) throw new KeysUnavailable();
        if (Fault == ProviderFault.Silent) await new TaskCompletionSource().Task;
        return await answer();
    }
}
