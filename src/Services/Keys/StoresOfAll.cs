using FirstRing.Contracts.Keys;
using FirstRing.Platform.Http;

namespace FirstRing.Keys;

/// <summary>The stores of all services, through what each does for the keys service. One that does not answer stops nothing: it is named.</summary>
internal sealed class StoresOfAll(IReadOnlyList<string> services, Func<string, IStoreKeysClient> clientOf)
{
    public async Task<(IReadOnlyList<StoredKey> Keys, IReadOnlyList<string> Silent)> Keys(string tenant, CancellationToken stop)
    {
        var answers = await Each(async (service, client) => (await client.StoredKeys(service, new ListStoredKeys(tenant), stop)).Keys);
        return ([.. answers.SelectMany(answer => answer.Value ?? [])], [.. answers.Where(answer => answer.Value is null).Select(answer => answer.Service)]);
    }

    /// <summary>Null for a service that did not answer.</summary>
    public async Task<IReadOnlyList<(string Service, T? Value)>> Each<T>(Func<string, IStoreKeysClient, Task<T>> ask) where T : class => await Task.WhenAll(services.Select(async service =>
    {
        Acting.As(Caller.System("keys")); // whoever asked for it: stores listen to the keys service alone
        try { return (service, (T?)await ask(service, clientOf(service))); }
        catch (Exception failure) when (failure is HttpRequestException or Refit.ApiException) { return (service, null); }
    }));
}
