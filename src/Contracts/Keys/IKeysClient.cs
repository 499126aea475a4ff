using Refit;

namespace FirstRing.Contracts.Keys;

/// <summary>Administers a clinic's keys; on no request's path. For admins of the clinic and operators, refused to others with <c>not-allowed</c>; whoever's keys were
/// destroyed is refused with <c>keys-destroyed</c>, and while the key provider gives no answer everything is with <c>keys-unavailable</c>.</summary>
public interface IKeysClient
{
    /// <summary>What keys there are. A store that does not answer is named as silent.</summary>
    [Post("/contract/keys/list-keys")] Task<Answer<KeyList>> ListKeys([Body] ListKeys request, CancellationToken stop);

    /// <summary>Begins a new version of the clinic's key, and in every store that answers a new content key; what lies under the older version is wrapped anew in the background.
    /// Refused: <c>idempotency-mismatch</c>.</summary>
    [Post("/contract/keys/rotate-keys")] Task<Answer<Done>> RotateKeys([Body] RotateKeys request, CancellationToken stop);

    /// <summary>Destroys all the clinic's keys, and with them whatever it has stored, after the cancel window. Again changes nothing. Refused: <c>no-keys</c>.</summary>
    [Post("/contract/keys/schedule-destruction")] Task<Answer<Destruction>> ScheduleDestruction([Body] ScheduleDestruction request, CancellationToken stop);

    /// <summary>Again changes nothing. Refused: <c>nothing-scheduled</c>, where the window is over or nothing was asked for.</summary>
    [Post("/contract/keys/cancel-destruction")] Task<Answer<Done>> CancelDestruction([Body] CancelDestruction request, CancellationToken stop);
}

public sealed record ListKeys(TenantId Tenant);

/// <summary><paramref name="Provider"/>: <c>sealed-file</c>, <c>pkcs11</c> or <c>awskms</c>. <paramref name="Versions"/> oldest first; the last wraps new keys. <paramref name="Silent"/>: services
/// whose store did not answer.</summary>
public sealed record KeyList(string Provider, IReadOnlyList<KeyVersion> Versions, IReadOnlyList<StoredKey> Stored, IReadOnlyList<string> Silent, Destruction? Destruction);

/// <summary><paramref name="CreatedAt"/> in UTC microseconds.</summary>
public sealed record KeyVersion(int Version, long CreatedAt);
public sealed record RotateKeys(string Key, TenantId Tenant);
public sealed record ScheduleDestruction(TenantId Tenant);
public sealed record CancelDestruction(TenantId Tenant);

/// <summary>Instants in UTC microseconds; <paramref name="DestroyedAt"/> is null while it may be cancelled.</summary>
public sealed record Destruction(long AskedAt, long DueAt, long? DestroyedAt);
