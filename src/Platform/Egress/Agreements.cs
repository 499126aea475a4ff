namespace FirstRing.Platform.Egress;

/// <summary>
/// One agreement of the registry, as far as it bears on a host. Both days are in, in UTC; <paramref name="Ended"/> is true where it was ended before its time.
/// </summary>
public sealed record Agreement(DateOnly From, DateOnly Until, bool Ended, IReadOnlyList<string> DataClasses);

/// <summary>The agreements of <paramref name="tenant"/> that name <paramref name="host"/>, valid or not. Throws where the registry cannot be asked: then nothing goes out.</summary>
public delegate Task<IReadOnlyList<Agreement>> AgreementLookup(string tenant, HostName host, CancellationToken stop);

/// <summary>Why something does not go out. <paramref name="Code"/> is stable.</summary>
public sealed record EgressRefusal(string Code, string Title)
{
    public static readonly EgressRefusal Host = new("egress-host-wrong", "This is not the name of a host.");
    public static readonly EgressRefusal Plain = new("egress-not-encrypted", "Only https goes out.");
    public static readonly EgressRefusal NoAgreement = new("egress-no-agreement", "There is no agreement with whoever has this host.");
    public static readonly EgressRefusal NotYet = new("egress-agreement-not-yet", "The agreement for this host has not begun.");
    public static readonly EgressRefusal Expired = new("egress-agreement-expired", "The agreement for this host has expired.");
    public static readonly EgressRefusal Ended = new("egress-agreement-ended", "The agreement for this host was ended.");
    public static readonly EgressRefusal DataClass = new("egress-data-class-not-covered", "The agreement for this host does not cover this class of data.");
    public static readonly EgressRefusal Address = new("egress-address-not-allowed", "The host's name leads to an address that is not public.");
    public static readonly EgressRefusal Redirects = new("egress-too-many-redirects", "The host leads on and on.");

    /// <summary>Null where one of the agreements allows data of this class out today. Otherwise what stands nearest to allowing it.</summary>
    public static EgressRefusal? Of(IReadOnlyList<Agreement> agreements, string dataClass, DateOnly today)
    {
        var refusals = agreements.Select(agreement => Of(agreement, dataClass, today)).ToList();
        if (refusals.Contains(null)) return null;
        return new[] { DataClass, Expired, Ended, NotYet }.FirstOrDefault(refusals.Contains) ?? NoAgreement;
    }

    static EgressRefusal? Of(Agreement agreement, string dataClass, DateOnly today) => agreement switch
    {
        { Ended: true } => Ended,
        _ when today < agreement.From => NotYet,
        _ when today > agreement.Until => Expired,
        _ when !agreement.DataClasses.Contains(dataClass) => DataClass,
        _ => null,
    };
}

/// <summary>What came of it: a value, or why not.</summary>
public sealed record EgressAnswer<T>(T? Value, EgressRefusal? Refused = null) where T : class;
