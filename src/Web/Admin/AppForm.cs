using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Ids;
using Microsoft.AspNetCore.Http;

namespace FirstRing.Web.Admin;

/// <summary>The form for an application. It comes back with everything that was typed and what to do about it.</summary>
internal sealed record AppForm
{
    public static readonly IReadOnlyList<string> Choices = ["openid", "profile", "online_access", "offline_access"];

    public string Key { get; init; } = Token.New();
    public string Name { get; init; } = "";
    public AppKind Kind { get; init; }
    public string Redirects { get; init; } = "";
    public IReadOnlyList<string> Chosen { get; init; } = [];

    /// <summary>Scopes of resources, as SMART spells them.</summary>
    public string Resources { get; init; } = "";
    public string Keys { get; init; } = "";

    /// <summary>Field name and key of the text that says what to do; null while nothing is wrong.</summary>
    public (string Field, string Text)? Error { get; init; }

    public static AppForm Read(IFormCollection form) => new()
    {
        Key = form["key"].ToString() is { Length: >= 16 and <= 64 } key ? key : Token.New(),
        Name = form["name"].ToString().Trim(),
        Kind = WireName.TryTo<AppKind>(form["kind"].ToString(), out var kind) ? kind : AppKind.Public,
        Redirects = form["redirects"].ToString().Trim(),
        Chosen = [.. Choices.Where(choice => form["scope"].Contains(choice))],
        Resources = form["resources"].ToString().Trim(),
        Keys = form["keys"].ToString().Trim(),
    };

    public AppTerms Terms() => new(Name, Kind, Parts(Redirects), [.. Chosen, .. Parts(Resources)], Keys.Length > 0 ? Keys : null);

    /// <summary>The form with what a refusal says about its fields.</summary>
    public AppForm With(string refusal) => this with
    {
        Error = refusal switch
        {
            "app-name-wrong" => ("name", "apps.error.name"),
            "app-redirects-wrong" => ("redirects", "apps.error.redirects"),
            "app-scopes-wrong" => ("resources", "apps.error.scopes"),
            "app-keys-wrong" => ("keys", "apps.error.keys"),
            _ => ("name", "vendors.error.form"),
        },
    };

    static string[] Parts(string text) => text.Split([' ', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries);
}
