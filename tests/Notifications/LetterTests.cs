using System.Reflection;
using System.Runtime.CompilerServices;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Notifications.Deliveries;
using FirstRing.Notifications.Mail;
using FirstRing.Notifications.Templates;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;

namespace FirstRing.Tests.Notifications;

/// <summary>What letters say, word for word; and that what is filled in stays inside its place.</summary>
public sealed class LetterTests
{
    static readonly Uri Link = new("https://visits.clinic.example/j/AAAAAAAAAAAAAAAAAAAAAAAAAAA");
    static readonly long Starts = Instant.Microseconds(new DateTimeOffset(2027, 3, 9, 15, 30, 0, TimeSpan.Zero));

    // Every letter, filled with the same things each time. After a change: FIRSTRING_SNAPSHOTS=write, and look at the diff.
    static Dictionary<string, Letter> Samples() => new()
    {
        [VisitLink.Name] = new VisitLinkFields("Harbour Street Practice", "+1 555-0100", Starts, "America/Chicago", Link).Letter("someone@mail.example"),
        [SignInNotice.Name] = new SignInNoticeFields("Harbour Street Practice", "+1 555-0100", Starts, "America/Chicago", new Uri("https://visits.clinic.example/me/security"), "passkey-added").Letter("someone@mail.example"),
        [AgreementNotice.Name] = new AgreementNoticeFields("Harbour Street Practice", new Uri("https://visits.clinic.example/admin/vendors")).Letter("someone@mail.example"),
        [EmergencyAlert.Name] = new EmergencyAlertFields("Harbour Street Practice", Starts, "America/Chicago", new Uri("https://visits.clinic.example/admin/emergencies")).Letter("someone@mail.example"),
    };

    public static TheoryData<string, string> Templates() => [.. Template.All.Keys.Select(key => (key.Name, key.Language))];

    [Theory, MemberData(nameof(Templates))]
    public void A_letter_says_what_its_snapshot_says(string name, string language)
    {
        var letter = Samples()[name];
        foreach (var (ending, text) in (ReadOnlySpan<(string, string)>)[("txt", $"{letter.Subject}\n\n{letter.Text}"), ("html", letter.Html)])
        {
            var file = Path.Combine(Folder(), $"{name}.{language}.{ending}");
            if (Environment.GetEnvironmentVariable("FIRSTRING_SNAPSHOTS") == "write") File.WriteAllText(file, text);
            Assert.Equal(File.ReadAllText(file), text);
        }
    }

    [Fact]
    public void Every_letter_has_its_template_and_every_template_its_letter() => Assert.Equal(Letters.All.Keys.Order(), Template.All.Keys.Select(key => key.Name).Distinct().Order());

    [Fact]
    public void Every_change_of_a_sign_in_has_its_words() => Assert.Equal(Enum.GetValues<SignInChange>().Select(WireName.Of).Order(), SignInNotice.Changes.Keys.Order());

    [Fact]
    public void No_letter_can_be_given_anything_about_a_patient()
    {
        var fields = typeof(VisitLink).Assembly.GetTypes().Where(type => type.Name.EndsWith("Fields", StringComparison.Ordinal) && type.Namespace == typeof(VisitLink).Namespace).ToList();
        Assert.Equal(Letters.All.Count, fields.Count);
        var allowed = new HashSet<string> { "Clinic", "Phone", "StartsAt", "Zone", "Link", "At", "Change" };
        Assert.Empty(fields.SelectMany(type => type.GetProperties(BindingFlags.Public | BindingFlags.Instance)).Where(property => property.Name != "EqualityContract")
            .Where(property => !allowed.Contains(property.Name) || property.PropertyType.IsGenericType).Select(property => property.Name));
    }

    [Fact]
    public void A_letter_fetches_nothing_and_runs_nothing() => Assert.All(Samples().Values, letter =>
    {
        foreach (var tag in (string[])["<img", "<script", "<link", "url(", "src=", "@import", "<form"]) Assert.DoesNotContain(tag, letter.Html, StringComparison.OrdinalIgnoreCase);
    });

    [Fact]
    public void Markup_in_a_field_stays_text()
    {
        var letter = new VisitLinkFields("A & B <script>alert(1)</script> {link}", "\"><img src=x>", Starts, "America/Chicago", Link).Letter("someone@mail.example");
        Assert.DoesNotContain("<script>", letter.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("<img", letter.Html, StringComparison.Ordinal);
        Assert.Contains("A &amp; B &lt;script&gt;", letter.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("{link}".Replace("{link}", $"</script> {Link}", StringComparison.Ordinal), letter.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Clinic\r\nBcc: thief@elsewhere.example")]
    [InlineData("Clinic\nBcc: thief@elsewhere.example\n\nbody")]
    [InlineData("Clinic\u2028Bcc: thief@elsewhere.example")]
    [InlineData("Clinic\" <thief@elsewhere.example>, \"x")]
    public async Task A_name_cannot_become_a_header_or_a_recipient(string name)
    {
        await using var office = await Office.Open(Dialect.Sqlite);
        office.Around.Clinic = office.Around.Clinic with { Name = name };
        await office.Booked();
        await office.Deliver();

        var mail = Assert.Single(office.Server.Taken());
        Assert.Equal(["rcpt rosa.quillfeather@mail.example tls"], office.Server.Log());
        Assert.Equal(["auto-submitted", "date", "from", "message-id", "mime-version", "subject", "to"], mail.Headers.Select(header => header.Field.ToLowerInvariant()).Order());
        Assert.Equal("visits@clinic.example", Assert.Single(mail.From.Mailboxes).Address);
    }

    [Theory]
    [InlineData("a@mail.example\r\nBcc: b@mail.example")]
    [InlineData("a@mail.example, b@mail.example")]
    [InlineData("Name <a@mail.example>")]
    [InlineData("group: a@mail.example;")]
    [InlineData("a@mail.example> SIZE=1\r\nRCPT TO:<b@mail.example")]
    [InlineData("")]
    [InlineData("nobody")]
    public void An_address_is_one_address_or_none(string address)
    {
        var options = new SmtpOptions("localhost", 587, "visits@clinic.example", null, null, new Uri("https://visits.clinic.example"));
        var claimed = new Claimed(new DeliveryId(NewId.Random()), new TenantId(NewId.Random()), VisitLink.Name, "x", null, 1, 1, 1);
        Assert.Null(SmtpWay.MessageOf(claimed, Samples()[VisitLink.Name] with { To = address }, options));
        Assert.NotNull(SmtpWay.MessageOf(claimed, Samples()[VisitLink.Name] with { To = "a@mail.example" }, options));
    }

    static string Folder([CallerFilePath] string path = "") => Path.Combine(Path.GetDirectoryName(path)!, "Snapshots");
}
