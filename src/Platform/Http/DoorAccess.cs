namespace FirstRing.Platform.Http;

/// <summary>What a request at a public door must show.</summary>
public enum DoorProof
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A secret in the request itself, which the handler looks at.</summary>
    Secret,

    /// <summary>A pass in the Authorization header.</summary>
    Pass,

    /// <summary>The cookie of a login.</summary>
    Login,

    /// <summary>The cookie of a login, or of one that lacks a second factor because there is none yet.</summary>
    BegunLogin,

    /// <summary>Whatever the target asks for that the request is passed on to.</summary>
    Target,
}

/// <summary>
/// Who may use a route of a public door, as metadata on the route or its group. <paramref name="Words"/>: what is checked beyond it, or which secret.
/// <paramref name="Audience"/>: whom a pass must be meant for.
/// Enforced by <see cref="DoorAccessRules"/>; a route without one does not answer, and the server does not start.
/// </summary>
public sealed record DoorAccess(DoorProof Proof, IReadOnlyList<string> Roles, string Words, string? Audience = null)
{
    public static DoorAccess Anyone(string words = "nothing") => new(DoorProof.None, [], words);

    /// <summary>Whoever holds a secret, named by <paramref name="words"/>.</summary>
    public static DoorAccess Holder(string words) => new(DoorProof.Secret, [], words);

    public static DoorAccess Pass(string audience, string words, params IReadOnlyList<string> roles) => new(DoorProof.Pass, roles, words, audience);
    public static DoorAccess Login(string words, params IReadOnlyList<string> roles) => new(DoorProof.Login, roles, words);
    public static DoorAccess BegunLogin(string words, params IReadOnlyList<string> roles) => new(DoorProof.BegunLogin, roles, words);

    /// <summary>Passed on to a target that decides by a declaration of its own.</summary>
    public static DoorAccess Target { get; } = new(DoorProof.Target, [], "the target's own declaration");
}
