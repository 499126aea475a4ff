using FirstRing.Platform.Sealing;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Platform.Sealing;

/// <summary>How a token and a KMS are named to the server, and the files with what opens them: a typo chooses no other, and others may read none of them.</summary>
public sealed class ProviderNames : IDisposable
{
    const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    const string Kms = "awskms:region=eu-central-1&endpoint=https://kms.example&credentials-file=/etc/kms";

    readonly TempFolder _folder = new();

    [Fact]
    public void A_token_is_named_by_label_module_and_pin()
    {
        var read = Pkcs11Options.Parse("pkcs11:token=My%20token?module-path=/lib/a%3Bb.so&pin-source=file:/etc/pin");
        Assert.Equal(new Pkcs11Options("/lib/a;b.so", "My token", "/etc/pin"), read);
        Assert.Equal(read with { PinFile = "/etc/pin" }, Pkcs11Options.Parse("pkcs11:token=My%20token?pin-source=/etc/pin&module-path=/lib/a%3Bb.so"));
    }

    [Theory]
    [InlineData("pkcs12:token=t?module-path=/m&pin-source=/p")]
    [InlineData("PKCS11:token=t?module-path=/m&pin-source=/p")]
    [InlineData("pkcs11:token=t&module-path=/m&pin-source=/p")]
    [InlineData("pkcs11:token=t?module-path=/m?pin-source=/p")]
    [InlineData("pkcs11:token=t?module-path=/m")]
    [InlineData("pkcs11:?module-path=/m&pin-source=/p")]
    [InlineData("pkcs11:token=?module-path=/m&pin-source=/p")]
    [InlineData("pkcs11:token?module-path=/m&pin-source=/p")]
    [InlineData("pkcs11:token=t;object=o?module-path=/m&pin-source=/p")]
    [InlineData("pkcs11:object=t?module-path=/m&pin-source=/p")]
    [InlineData("pkcs11:token=t;module-path=/m?pin-source=/p")] // on the wrong side
    [InlineData("pkcs11:module-path=/m?token=t&pin-source=/p")]
    [InlineData("pkcs11:token=t?module-path=/m&pin-value=1234")]
    public void Another_form_of_a_token_is_refused(string uri) => Assert.Contains("pkcs11:token=LABEL", Assert.Throws<ArgumentException>(() => Pkcs11Options.Parse(uri)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_KMS_is_named_by_region_endpoint_and_credentials_and_nothing_more_is_assumed()
    {
        Assert.Equal(new KmsOptions("eu-central-1", new Uri("https://kms.example"), "/etc/kms", false, null, 7), KmsOptions.Parse(Kms));
        Assert.Equal(new KmsOptions("eu-central-1", new Uri("https://kms.example"), "/etc/kms", true, "/etc/a&b.pem", 30),
            KmsOptions.Parse($"{Kms}&network=private&roots-file=/etc/a%26b.pem&deletion-days=30"));
        Assert.Equal(7, KmsOptions.Parse($"{Kms}&deletion-days=7").DeletionDays);
    }

    [Theory]
    [InlineData("AWSKMS:region=r&endpoint=https://kms.example&credentials-file=f")]
    [InlineData("awskms:endpoint=https://kms.example&credentials-file=f")]
    [InlineData("awskms:region=r&credentials-file=f")]
    [InlineData("awskms:region=&endpoint=https://kms.example&credentials-file=f")]
    [InlineData("awskms:region&endpoint=https://kms.example&credentials-file=f")]
    [InlineData("awskms:region=EU&endpoint=https://kms.example&credentials-file=f")]
    [InlineData("awskms:region=r/s&endpoint=https://kms.example&credentials-file=f")]
    [InlineData("awskms:region=r&endpoint=kms.example&credentials-file=f")]
    [InlineData("awskms:region=r&endpoint=https://u:p@kms.example&credentials-file=f")]
    [InlineData("awskms:region=r&endpoint=https://kms.example/%3Fq=1&credentials-file=f")]
    [InlineData(Kms + "&deletion-days=31")]
    [InlineData(Kms + "&deletion-days=x")]
    [InlineData(Kms + "&deletion-days=-7")]
    [InlineData(Kms + "&network=")]
    [InlineData(Kms + "&")]
    public void Another_form_of_a_KMS_is_refused(string uri) => Assert.Contains("awskms:region=REGION", Assert.Throws<ArgumentException>(() => KmsOptions.Parse(uri)).Message, StringComparison.Ordinal);

    [Fact]
    public void The_way_out_to_a_KMS_is_to_public_addresses_unless_its_name_says_otherwise()
    {
        Assert.Empty(KmsOptions.Parse(Kms).WayOut().PrivateHosts);
        Assert.Null(KmsOptions.Parse(Kms).WayOut().Roots);
        Assert.Equal(["kms.example"], KmsOptions.Parse($"{Kms}&network=private").WayOut().PrivateHosts);
        using var authority = new TestAuthority();
        File.WriteAllText(_folder.At("roots.pem"), authority.For("kms").Certificate.ExportCertificatePem());
        Assert.Single(KmsOptions.Parse($"{Kms}&roots-file={_folder.At("roots.pem")}").WayOut().Roots!);
    }

    [Theory]
    [InlineData(Own, true)]
    [InlineData(UnixFileMode.UserRead, true)]
    [InlineData(Own | UnixFileMode.GroupRead, false)]
    [InlineData(Own | UnixFileMode.OtherRead, false)]
    [InlineData(Own | UnixFileMode.OtherWrite, false)]
    [InlineData(Own | UnixFileMode.UserExecute, false)]
    public void What_opens_a_provider_is_its_owners_alone(UnixFileMode mode, bool isTaken)
    {
        var (token, kms) = (new Pkcs11Options("m", "t", Write("1234\n", mode)), KmsOptions.Parse(Kms) with { CredentialsFile = Write("id\nsecret\n", mode) });
        if (isTaken)
        {
            Assert.Equal("1234", token.ReadPin());
            Assert.Equal(("id", "secret", null), kms.ReadCredentials());
            return;
        }
        // What the operator reads when the server does not start.
        Assert.Equal("The PIN file must be readable by its owner alone (mode 600).", Assert.Throws<UnauthorizedAccessException>(token.ReadPin).Message);
        Assert.Equal("The credentials file must be readable by its owner alone (mode 600).", Assert.Throws<UnauthorizedAccessException>(() => kms.ReadCredentials()).Message);
    }

    [Fact]
    public void Credentials_are_two_lines_or_three()
    {
        (string, string, string?) Read(string text) => (KmsOptions.Parse(Kms) with { CredentialsFile = Write(text, Own) }).ReadCredentials();
        Assert.Equal(("id", "secret", null), Read("\n id \n\nsecret"));
        Assert.Equal(("id", "secret", "token"), Read("id\r\nsecret\r\ntoken\r\n"));
        foreach (var text in (string[])["", "id", "id\nsecret\ntoken\nmore"]) Assert.StartsWith("The credentials file has two lines", Assert.Throws<InvalidDataException>(() => Read(text)).Message, StringComparison.Ordinal);
    }

    string Write(string text, UnixFileMode mode)
    {
        var file = _folder.At(Guid.NewGuid().ToString("N"));
        File.WriteAllText(file, text);
        File.SetUnixFileMode(file, mode);
        return file;
    }

    public void Dispose() => _folder.Dispose();
}
