using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace FirstRing.Identity.OAuth;

/// <summary>What a SMART application reads first (SMART App Launch 2.2, conformance). What is not said is not there.</summary>
internal static class Smart
{
    static readonly string[] Capabilities =
        ["authorize-post", "client-public", "client-confidential-asymmetric", "sso-openid-connect", "permission-offline", "permission-online", "permission-user", "permission-v2"];

    public static IResult Answer(HttpContext http, CancellationToken _)
    {
        OAuthDoor.Readable(http.Response);
        JsonNode At(string path) => Endpoints.At(http.Request, path);
        return Results.Text(new JsonObject
        {
            ["issuer"] = At("/"),
            ["jwks_uri"] = At(Endpoints.Keys),
            ["authorization_endpoint"] = At(Endpoints.Authorize),
            ["token_endpoint"] = At(Endpoints.Token),
            ["revocation_endpoint"] = At(Endpoints.Revoke),
            ["introspection_endpoint"] = At(Endpoints.Introspect),
            ["token_endpoint_auth_methods_supported"] = new JsonArray("private_key_jwt"),
            ["token_endpoint_auth_signing_alg_values_supported"] = new JsonArray("RS384", "ES384"),
            ["grant_types_supported"] = new JsonArray("authorization_code", "refresh_token", "client_credentials"),
            ["response_types_supported"] = new JsonArray("code"),
            ["code_challenge_methods_supported"] = new JsonArray("S256"),
            ["scopes_supported"] = new JsonArray([.. Scopes.OfPeople.Select(scope => (JsonNode)scope)]),
            ["capabilities"] = new JsonArray([.. Capabilities.Select(each => (JsonNode)each)]),
        }.ToJsonString(), "application/json");
    }
}
