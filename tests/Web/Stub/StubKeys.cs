using FirstRing.Contracts;
using FirstRing.Contracts.Keys;
using FirstRing.Platform.Ids;

namespace FirstRing.Tests.Web.Stub;

/// <summary>The keys service, in memory. Refuses what <see cref="Refuses"/> says.</summary>
internal sealed class StubKeys(TimeProvider clock) : IKeysClient
{
    const long Day = 86_400_000_000;
    readonly HashSet<string> _asked = [];
    readonly List<KeyVersion> _versions = [new(1, clock.Microseconds() - 130 * Day), new(2, clock.Microseconds() - 40 * Day)];
    Destruction? _destruction;

    public Refusal? Refuses { get; set; }
    public int Versions => _versions.Count;
    public bool IsScheduled => _destruction is not null;
    public IReadOnlyList<string> Silent { get; set; } = [];

    Task<Answer<T>> Say<T>(Func<Answer<T>> answer) => Task.FromResult(Refuses is { } why ? why : answer());

    public Task<Answer<KeyList>> ListKeys(ListKeys request, CancellationToken stop) => Say<KeyList>(() => new KeyList("sealed-file", [.. _versions],
    [
        .. new[] { "identity", "messaging", "records", "scheduling" }.Select((service, place) => new StoredKey(service, "content", 2, _versions[^1].Version, 1_204 * (place + 1), _versions[^1].CreatedAt)),
        new StoredKey("records", "content", 1, _versions[^1].Version, 88_310, _versions[0].CreatedAt),
    ], Silent, _destruction));

    public Task<Answer<Done>> RotateKeys(RotateKeys request, CancellationToken stop) => Say<Done>(() =>
    {
        if (_asked.Add(request.Key)) _versions.Add(new KeyVersion(_versions.Count + 1, clock.Microseconds()));
        return Done.Yes;
    });

    public Task<Answer<Destruction>> ScheduleDestruction(ScheduleDestruction request, CancellationToken stop) =>
        Say<Destruction>(() => _destruction ??= new Destruction(clock.Microseconds(), clock.Microseconds() + 7 * Day, null));

    public Task<Answer<Done>> CancelDestruction(CancelDestruction request, CancellationToken stop) => Say<Done>(() =>
    {
        _destruction = null;
        return Done.Yes;
    });
}
