using FirstRing.Contracts;
using FirstRing.Platform.Errors;

namespace FirstRing.Web.Front;

internal static class Refusals
{
    public static Problem Of(Refusal refusal) => new(refusal.Code, refusal.Title, refusal.Status);
}

/// <summary>Roles as the wire and the texts spell them.</summary>
internal static class Roles
{
    public static string Text(VisitRole role) => WireName.Of(role);

    /// <summary>Who may be invited to a visit beside its patient and clinician.</summary>
    public static readonly IReadOnlyList<VisitRole> Guests = [VisitRole.Interpreter, VisitRole.Family, VisitRole.Colleague, VisitRole.Guest];
}
