using FirstRing.Contracts;
using FirstRing.Tests.Harness.Running;

namespace FirstRing.Tests.Journeys.Harness;

/// <summary>People whom the clinician invites into a running visit.</summary>
internal static class Guests
{
    /// <summary>A link for one more participant, made from the clinician's page as its own invite does.</summary>
    public static async Task<Uri> Link(Visiting visit, VisitRole role)
    {
        var link = await visit.Clinician.Page.EvaluateAsync<string>("""
            async ([visit, role]) => {
              const response = await fetch(`/clinic/visits/${visit}/link`, { method: "POST", headers: { Accept: "application/json" },
                body: new URLSearchParams({ role, key: crypto.randomUUID() }) });
              return response.ok ? (await response.json()).link : `${response.status} ${await response.text()}`;
            }
            """, new[] { visit.Visit.Visit, role.ToString().ToLowerInvariant() });
        return Uri.TryCreate(link, UriKind.Absolute, out var uri) ? uri : throw new InvalidOperationException($"No link for {role}: {link}");
    }
}
