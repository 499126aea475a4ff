using Refit;

namespace FirstRing.Contracts.Identity;

/// <summary>
/// Passkeys of patients (WebAuthn level 3, user verification required): a way into one's own visits without a link. One is made on a device on which a
/// link's patient gave their birth date. There is no login besides: each use opens the visits that are open now, on that device, and nothing stays signed in. What a browser is given and
/// gives is its own JSON, as text. <c>Origin</c> is the page's, which the browser vouches for.
/// </summary>
public interface IPatientPasskeysClient
{
    /// <summary>What a browser needs to make one. Refused: <c>link-not-valid</c>, <c>link-early</c>, <c>device-not-known</c> (the birth date was not given on it), <c>too-many-passkeys</c> (ten).</summary>
    [Post("/contract/identity/begin-patient-passkey")] Task<Answer<PasskeyBegun>> BeginPatientPasskey([Body] BeginPatientPasskey request, CancellationToken stop);

    /// <summary>Keeps it. Refused as beginning, and <c>passkey-refused</c>.</summary>
    [Post("/contract/identity/add-patient-passkey")] Task<Answer<Done>> AddPatientPasskey([Body] AddPatientPasskey request, CancellationToken stop);

    /// <summary>What a browser needs to come in with any passkey that it has.</summary>
    [Post("/contract/identity/begin-patient-entry")] Task<Answer<PasskeyBegun>> BeginPatientEntry([Body] BeginPatientEntry request, CancellationToken stop);

    /// <summary>The patient's visits that are open now, each with a link that this device owns and is known by, and when the next ones are. Refused:
    /// <c>passkey-refused</c>, whatever was wrong.</summary>
    [Post("/contract/identity/enter-with-passkey")] Task<Answer<OwnVisits>> EnterWithPasskey([Body] EnterWithPasskey request, CancellationToken stop);

    /// <summary>Takes away the passkey that is shown. Refused: <c>passkey-refused</c>.</summary>
    [Post("/contract/identity/remove-patient-passkey")] Task<Answer<Done>> RemovePatientPasskey([Body] RemovePatientPasskey request, CancellationToken stop);

    /// <summary>For the desk: takes away all of a patient's and every link of theirs, as for a device that was lost; whoever is in a call by one is put out of it.
    /// Answers how many passkeys there were.</summary>
    [Post("/contract/identity/end-patient-passkeys")] Task<Answer<PasskeysEnded>> EndPatientPasskeys([Body] EndPatientPasskeys request, CancellationToken stop);
}

/// <summary><paramref name="Token"/> is a link's, <paramref name="Device"/> the device secret of the cookie.</summary>
public sealed record BeginPatientPasskey(string Token, string Device, string Origin);
public sealed record AddPatientPasskey(string Token, string Device, string Origin, string Ceremony, string Credential);
public sealed record BeginPatientEntry(string Origin);

/// <summary><paramref name="Device"/> is the device secret of the cookie, null where it has none yet.</summary>
public sealed record EnterWithPasskey(string Origin, string Ceremony, string Credential, string? Device);
public sealed record RemovePatientPasskey(string Origin, string Ceremony, string Credential);
public sealed record EndPatientPasskeys(TenantId Tenant, PatientId Patient);
public sealed record PasskeysEnded(int Count);

/// <summary>Times in UTC microseconds. <paramref name="Device"/> is the secret to keep. <paramref name="Next"/>: when later visits start, at most ten.</summary>
public sealed record OwnVisits(TenantId Tenant, string Device, IReadOnlyList<OwnVisit> Open, IReadOnlyList<long> Next);

/// <summary><paramref name="Token"/> is a link into it, good on this device.</summary>
public sealed record OwnVisit(string Token, long StartsAt);
