using FirstRing.Web.Rendering;

namespace FirstRing.Web.Account;

/// <summary>What an application may do, in a person's words.</summary>
internal static class ScopeWords
{
    static readonly string[] OfPeople = ["openid", "profile", "online_access", "offline_access"];

    public static string Of(string scope, Texts texts)
    {
        if (OfPeople.Contains(scope)) return texts[$"scope.{scope}"];
        // context/Type.letters, as SMART has it.
        var (slash, dot) = (scope.IndexOf('/', StringComparison.Ordinal), scope.LastIndexOf('.'));
        if (slash < 0 || dot < slash) return scope;
        var letters = string.Join(", ", scope[(dot + 1)..].Select(letter => texts[$"scope.may.{letter}"]));
        return texts.With("scope.of", scope[(slash + 1)..dot] is var type && type == "*" ? texts["scope.everything"] : type, letters);
    }
}
