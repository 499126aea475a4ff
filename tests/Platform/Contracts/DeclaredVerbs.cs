using FirstRing.Platform.Http;

namespace FirstRing.Tests.Platform.Contracts;

/// <summary>Whom a verb's declaration lets in.</summary>
public sealed class DeclaredVerbs
{
    static readonly Access Declared = Access.By("web", "identity").For("clinician", "admin").ForOwn("patient").ForItself();

    [Theory]
    [InlineData("web", "ten_1", "stf_1", "clinician", null, true)]
    [InlineData("web", "ten_1", "stf_1", "clinician", "ten_1", true)]
    [InlineData("web", "ten_1", "par_1", "patient", "ten_1", true)]
    [InlineData("identity", null, "service:identity", "service", "ten_1", true)]
    [InlineData("identity", "ten_1", "service:identity", "service", "ten_1", true)]
    [InlineData("web", "ten_2", "stf_1", "clinician", "ten_1", false)] // another tenant
    [InlineData("web", "ten_2", "par_1", "patient", "ten_1", false)]
    [InlineData("identity", "ten_2", "service:identity", "service", "ten_1", false)]
    [InlineData("messaging", "ten_1", "stf_1", "clinician", "ten_1", false)] // another service
    [InlineData("web", "ten_1", "stf_1", "front-desk", "ten_1", false)] // another role
    [InlineData("web", "ten_1", "stf_1", null, "ten_1", false)]
    [InlineData("web", null, null, "anyone", null, false)]
    [InlineData("web", null, "stf_1", "clinician", null, false)] // a person of no tenant
    [InlineData("web", null, "stf_1", "clinician", "ten_1", false)]
    [InlineData("web", "ten_1", null, "clinician", "ten_1", false)] // nobody in particular
    public void A_grant_is_for_service_role_and_tenant(string service, string? tenant, string? actor, string? role, string? asked, bool allowed) =>
        Assert.Equal(allowed, Declared.Allows(new Caller(service, tenant, actor, role), asked));

    [Fact]
    public void A_secret_needs_nobody_and_opens_to_nobody_else()
    {
        var secret = Access.By("web").ForSecret();
        Assert.True(secret.Allows(Caller.Anyone("web"), null));
        Assert.False(secret.Allows(Caller.Anyone("identity"), null));
        Assert.False(secret.Allows(Caller.System("web"), null));
        Assert.False(secret.Allows(new Caller("web", "ten_1", "stf_1", "clinician"), null));
    }

    [Theory]
    [InlineData("service", null, true)]
    [InlineData("service", "ten_1", true)]
    [InlineData("service", "ten_2", false)]
    [InlineData("anyone", null, false)]
    [InlineData("clinician", null, false)]
    [InlineData("clinician", "ten_1", true)]
    public void Only_a_service_for_itself_is_within_any_tenant(string role, string? tenant, bool within) =>
        Assert.Equal(within, new Caller("web", tenant, "x", role).Within("ten_1") is not null);
}
