using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Deque.AxeCore.Playwright;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Notifications;
using FirstRing.Contracts.Signaling;
using FirstRing.Tests.Web.Stub;
using Microsoft.Playwright;

namespace FirstRing.Tests.Web;

/// <summary>Every page in a real browser, narrow and wide, light and dark: nothing sticks out, nothing trips axe. Pictures are left in .build/screenshots/web.</summary>
public sealed class TheLooks : IAsyncLifetime
{
    readonly List<string> _flaws = [];
    StubDoor _door = null!;
    IPlaywright _playwright = null!;
    IBrowser _browser = null!;

    static string Pictures([CallerFilePath] string path = "") =>
        Directory.CreateDirectory(Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", ".build", "screenshots", "web"))).FullName;

    public async ValueTask InitializeAsync()
    {
        _door = await StubDoor.Open(TimeProvider.System);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = "/usr/bin/chromium",
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"],
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
        await _door.DisposeAsync();
    }

    public static TheoryData<int, ColorScheme> Screens => new(
        (360, ColorScheme.Light), (360, ColorScheme.Dark), (1440, ColorScheme.Light), (1440, ColorScheme.Dark));

    [Theory]
    [MemberData(nameof(FewScreens))] // the journeys look at the patient's on a light phone
    public async Task Pages_of_the_patient(int width, ColorScheme scheme)
    {
        await using var context = await Context(width, scheme);
        context.SetDefaultTimeout(120_000); // a busy machine takes its time to find the first camera
        var page = await context.NewPageAsync();
        await Look(page, "/", $"landing-{width}-{scheme}");
        await Look(page, "/j/unknown", $"gone-{width}-{scheme}");
        await Look(page, $"/j/{_door.Clinic.Link(12)}", $"early-{width}-{scheme}");
        await Look(page, $"/j/{_door.Clinic.Link()}/terms", $"terms-{width}-{scheme}");
        await Look(page, $"/j/{_door.Clinic.Link()}/passkey", $"make-passkey-{width}-{scheme}");
        await Look(page, "/my", $"my-{width}-{scheme}");
        await Look(page, $"/j/{_door.Clinic.Link()}", $"lobby-{width}-{scheme}");

        await page.Locator("[data-test=check]").ClickAsync();
        await Until(page, "document.documentElement.dataset.media === 'ready'");
        await Until(page, "document.getElementById('me').videoWidth > 0");
        await Judge(page, $"lobby-ready-{width}-{scheme}");
        await page.Locator("[data-test=join]").ClickAsync();
        await Reaches(page, "waiting");
        await Judge(page, $"waiting-{width}-{scheme}");

        await _door.Call.Tell("admitted", Admitted());
        await Reaches(page, "admitted");
        await Judge(page, $"admitted-{width}-{scheme}");
        _door.Call.Put(Guid.NewGuid().ToString(), "them", "clinician", "Good morning. Can you hold the phone a little higher?");
        await page.Locator("[data-test=chat-open]").ClickAsync();
        await page.Locator("[data-test=chat-input]").FillAsync("Yes, like this?");
        await page.Locator("[data-test=chat-input]").PressAsync("Enter");
        await page.Locator("[data-test=chat-log] .mine").First.WaitForAsync();
        await Judge(page, $"chat-{width}-{scheme}");
        await page.Keyboard.PressAsync("Escape");
        await page.Locator("[data-test=hang-up]").ClickAsync();
        await Judge(page, $"leaving-{width}-{scheme}");
        await page.Locator("[data-test=leave-confirm]").ClickAsync();
        await Reaches(page, "left");
        await Judge(page, $"left-{width}-{scheme}");
        await _door.Call.Tell("ended", []);
        await Reaches(page, "ended");
        await Judge(page, $"ended-{width}-{scheme}");
        Assert.Equal([], _flaws);
    }

    [Theory]
    [MemberData(nameof(FewScreens))]
    public async Task Pages_of_the_clinician(int width, ColorScheme scheme)
    {
        await using var context = await Context(width, scheme);
        context.SetDefaultTimeout(120_000); // a busy machine takes its time to find the first camera
        var page = await context.NewPageAsync();
        await Look(page, "/sign-in", $"sign-in-{width}-{scheme}");
        await SignIn(context, _door.Clinic.SignedIn());
        var call = _door.Clinic.Visit.Call;
        _door.Clinic.Presence[call] = new CallPresence(call, 0, 1, 1, FirstRing.Platform.Ids.Instant.Microseconds(TimeProvider.System.GetUtcNow().AddMinutes(-4)));
        await Look(page, "/clinic", $"today-{width}-{scheme}");
        await page.Locator("#new-form button").ClickAsync();
        await Judge(page, $"today-wrong-{width}-{scheme}");

        await Look(page, $"/clinic/visits/{_door.Clinic.Visit.Id}", $"work-{width}-{scheme}");
        await _door.Call.Tell("admitted", new JsonObject { ["seat"] = 0, ["people"] = new JsonArray() });
        await _door.Call.Tell("waiting", new JsonObject { ["participant"] = "pat", ["role"] = "patient" });
        await page.Locator("[data-test=admit]").WaitForAsync();
        await page.Locator("[data-test=agreement]").WaitForAsync();
        await Judge(page, $"work-waiting-{width}-{scheme}");
        await page.Locator("[data-test=agreed-in-words]").ClickAsync();
        await page.Locator("[data-test=agreement][data-whole=true]").WaitForAsync();
        await Judge(page, $"work-agreed-{width}-{scheme}");
        await page.Locator("[data-test=admit]").ClickAsync();
        await _door.Call.Tell("joined", new JsonObject { ["participant"] = "pat", ["role"] = "patient", ["seat"] = 1 });
        await _door.Call.Tell("media", new JsonObject { ["participant"] = "pat", ["audio"] = true, ["video"] = true, ["screen"] = false });
        _door.Call.Put(Guid.NewGuid().ToString(), "pat", "patient", "It hurts when I breathe in.");
        await _door.Call.Tell("chat", new JsonObject { ["message"] = "x" });
        await page.Locator(".message").First.WaitForAsync();
        await Until(page, "document.querySelector('.self video')?.videoWidth > 0");
        await Judge(page, $"work-call-{width}-{scheme}");
        Assert.Equal([], _flaws);
    }

    [Theory]
    [MemberData(nameof(FewScreens))]
    public async Task Pages_of_an_emergency(int width, ColorScheme scheme)
    {
        await using var context = await Context(width, scheme);
        var page = await context.NewPageAsync();
        await SignIn(context, _door.Clinic.SignedIn(_door.Clinic.Other));
        await Look(page, "/clinic/others", $"others-{width}-{scheme}");
        await Look(page, $"/clinic/visits/{_door.Clinic.Visit.Id}", $"glass-{width}-{scheme}");
        await page.Locator("[data-test=break-glass]").ClickAsync();
        await Judge(page, $"glass-wrong-{width}-{scheme}");
        await page.Locator("#glass-reason").FillAsync("Her son called: she fell and cannot be woken.");
        await page.Locator("[data-test=break-glass]").ClickAsync();
        await page.Locator("[data-test=emergency-open]").WaitForAsync();
        await Judge(page, $"glass-open-{width}-{scheme}");

        await SignIn(context, _door.Clinic.SignedIn(_door.Clinic.Admin));
        var emergency = _door.Clinic.Emergencies.Put(_door.Clinic.Staff, "Her son called: she fell and cannot be woken. I need her phone number for the ambulance.");
        _door.Clinic.Emergencies.Put(_door.Clinic.Other, "Collapsed on camera", hoursAgo: 30);
        _door.Clinic.Emergencies.Put(_door.Clinic.Other, "Wanted to see the results of last week", hoursAgo: 60, new EmergencyReview(_door.Clinic.Admin.Id, 1_799_000_000_000_000, EmergencyVerdict.NotRight), "Her own doctor was there");
        _door.Clinic.Emergencies.Put(_door.Clinic.Staff, "Allergic reaction, colleague not reachable", hoursAgo: 90, new EmergencyReview(_door.Clinic.Admin.Id, 1_798_000_000_000_000, EmergencyVerdict.Right), "Ambulance was sent");
        await Look(page, "/admin/emergencies", $"emergencies-{width}-{scheme}");
        await Look(page, $"/admin/emergencies/{emergency}", $"emergency-{width}-{scheme}");
        await page.Locator("[data-test=review]").ClickAsync();
        await Judge(page, $"emergency-wrong-{width}-{scheme}");
        Assert.Equal([], _flaws);
    }

    // A width with each scheme says as much of pages of one layout; all four run with ./firstring test --all.
    public static TheoryData<int, ColorScheme> FewScreens => Environment.GetEnvironmentVariable("FIRSTRING_ALL") == "true" ? Screens : new((360, ColorScheme.Dark), (1440, ColorScheme.Light));

    [Theory]
    [MemberData(nameof(FewScreens))]
    public async Task Pages_of_what_patients_agree_to(int width, ColorScheme scheme)
    {
        await using var context = await Context(width, scheme);
        var page = await context.NewPageAsync();
        await SignIn(context, _door.Clinic.SignedIn(_door.Clinic.Admin));
        await Look(page, "/admin/consents", $"consents-{width}-{scheme}");
        await Look(page, "/admin/consents/telehealth/en", $"consents-edit-{width}-{scheme}");
        await page.Locator("#consent-heading").FillAsync("");
        await page.Locator("#consent-form button.main").ClickAsync();
        await Judge(page, $"consents-wrong-{width}-{scheme}");
        await page.Locator("#consent-heading").FillAsync("Care by video at our clinic");
        await page.Locator("#consent-form button.main").ClickAsync();
        await Judge(page, $"consents-preview-{width}-{scheme}");
        await page.Locator("#publish-form button.main").ClickAsync();
        await Judge(page, $"consents-published-{width}-{scheme}");
    }

    [Theory]
    [MemberData(nameof(FewScreens))]
    public async Task Pages_of_the_admin(int width, ColorScheme scheme)
    {
        await using var context = await Context(width, scheme);
        var page = await context.NewPageAsync();
        await SignIn(context, _door.Clinic.SignedIn(_door.Clinic.Admin));
        await Look(page, "/admin/vendors", $"vendors-none-{width}-{scheme}");
        var dead = new Delivery(new FirstRing.Contracts.DeliveryId(FirstRing.Platform.Ids.NewId.Random()), "visit-link", "vis_x", DeliveryState.Dead, 3, "smtp-550", 1_800_000_000_000_000, 1, 2);
        _door.Clinic.Notifications.All.AddRange([dead, dead with { State = DeliveryState.Sent, Attempts = 1 }, dead with { State = DeliveryState.Ready, Outcome = "smtp-451" }]);
        await Look(page, "/admin/messages", $"messages-{width}-{scheme}");
        (_door.Clinic.Notifications.IsSetUp, _door.Clinic.Notifications.All[0]) = (false, dead with { Outcome = "mail-not-configured", Attempts = 1 });
        await Look(page, "/admin/messages", $"messages-off-{width}-{scheme}");
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        _door.Clinic.Vendors.Put("Northwind Mail Service", today.AddDays(-300), today.AddDays(12), null, DataClass.Operational, DataClass.LinkedPhi);
        var cloud = _door.Clinic.Vendors.Put("Contoso Transcription", today.AddDays(-10), today.AddDays(355), null, DataClass.Phi);
        _door.Clinic.Vendors.Put("Old Fax Company", today.AddDays(-900), today.AddDays(-30));
        _door.Clinic.Vendors.Put("Litware Payments", today.AddDays(20), today.AddDays(400), null, DataClass.LinkedPhi);
        _door.Clinic.Vendors.Put("Fabrikam Storage", today.AddDays(-90), today.AddDays(90), 1);
        await Look(page, "/admin/vendors", $"vendors-{width}-{scheme}");
        await page.Locator("#vendor-form button.main").ClickAsync();
        await Judge(page, $"vendors-wrong-{width}-{scheme}");
        await Look(page, $"/admin/vendors/{cloud.Id}", $"vendors-edit-{width}-{scheme}");
        await page.Locator($"form[action$='{cloud.Id}/check'] button").ClickAsync();
        await Judge(page, $"vendors-tried-{width}-{scheme}");
        await Look(page, "/admin/staff", $"staff-{width}-{scheme}");
        await page.Locator("#invite-form button.main").ClickAsync();
        await Judge(page, $"staff-invited-{width}-{scheme}");
        await Look(page, $"/admin/staff/{_door.Clinic.Staff.Id}", $"staff-member-{width}-{scheme}");
        await Look(page, $"/invited/{StubStaff.Token}", $"invited-{width}-{scheme}");
        await Look(page, "/admin/audit", $"audit-none-{width}-{scheme}");
        var audit = _door.Clinic.Audit;
        for (var i = 0; i < 3; i++)
        {
            audit.Put(_door.Clinic.Staff.Id.ToString(), "clinician", "read-patient", _door.Clinic.Patient.ToString(), daysAgo: i);
            audit.Put("par_7", "patient", "prove-birth-date", _door.Clinic.Patient.ToString(), "differs", daysAgo: i);
            audit.Put("service:scheduling", "service", "egress", null, "egress-no-agreement", daysAgo: i);
        }
        audit.Next = "1.1";
        await Look(page, "/admin/audit", $"audit-{width}-{scheme}");
        await page.Locator("#audit-patient").FillAsync("Maria");
        await page.Locator("#audit-form button.main").ClickAsync();
        await Judge(page, $"audit-wrong-{width}-{scheme}");
        await Look(page, "/admin/audit/0", $"audit-event-{width}-{scheme}");
        await page.Locator("form[action='/admin/audit/0'] button").ClickAsync();
        await page.Locator("summary").ClickAsync();
        await Judge(page, $"audit-patient-{width}-{scheme}");
        await Look(page, "/admin/keys", $"keys-{width}-{scheme}");
        await page.Locator("summary").ClickAsync();
        await page.Locator("button.harm").ClickAsync();
        await Judge(page, $"keys-wrong-{width}-{scheme}");
        await _door.Clinic.Keys.ScheduleDestruction(new(_door.Clinic.Clinic.Id), default);
        await Look(page, "/admin/keys", $"keys-due-{width}-{scheme}");
        await _door.Clinic.Keys.CancelDestruction(new(_door.Clinic.Clinic.Id), default);
        Assert.Equal([], _flaws);
    }

    [Theory]
    [MemberData(nameof(FewScreens))]
    public async Task Pages_of_the_account(int width, ColorScheme scheme)
    {
        await using var context = await Context(width, scheme);
        var page = await context.NewPageAsync();
        await Look(page, "/sign-in/code", $"code-{width}-{scheme}");
        await SignIn(context, _door.Clinic.SignedIn(level: LoginLevel.Enrol));
        await Look(page, "/me/security", $"enrol-{width}-{scheme}");
        await page.Locator("[data-test=begin-totp]").ClickAsync();
        await Judge(page, $"app-{width}-{scheme}");
        await page.Locator("[name=code]").FillAsync(StubFactors.Code);
        await page.Locator("button.main").ClickAsync();
        await Judge(page, $"recovery-codes-{width}-{scheme}");
        _door.Clinic.Passkeys.All.Add(new PasskeyEntry("x", "Work laptop", 1_790_000_000_000_000, null));
        await Look(page, "/me/security", $"security-{width}-{scheme}");
        Assert.Equal([], _flaws);
    }

    [Theory]
    [MemberData(nameof(FewScreens))]
    public async Task Pages_of_applications(int width, ColorScheme scheme)
    {
        await using var context = await Context(width, scheme);
        var page = await context.NewPageAsync();
        await SignIn(context, _door.Clinic.SignedIn(_door.Clinic.Admin));
        await Look(page, "/admin/apps", $"apps-none-{width}-{scheme}");
        await page.Locator("#app-name").FillAsync("Chart Helper");
        await page.Locator("#app-redirects").FillAsync("https://chart-helper.example/callback");
        await page.Locator("[name=scope][value=openid]").CheckAsync();
        await page.Locator("#app-resources").FillAsync("user/Observation.rs user/*.r");
        await page.Locator("#app-form button.main").ClickAsync();
        await page.Locator("[data-test=client-id]").WaitForAsync();
        _door.Clinic.Apps.Refuses = new Contracts.Refusal("app-keys-wrong", "No.", 422);
        await page.Locator("#app-form button.main").ClickAsync();
        await Judge(page, $"apps-wrong-{width}-{scheme}");
        _door.Clinic.Apps.Refuses = null;
        await Look(page, "/admin/apps", $"apps-{width}-{scheme}");
        await Look(page, "/me/apps", $"own-apps-none-{width}-{scheme}");
        _door.Clinic.Apps.Grants.Add(new Grant(new Contracts.GrantId(FirstRing.Platform.Ids.NewId.Random()), "Chart Helper", ["openid", "user/Observation.rs", "offline_access"], 1_790_000_000_000_000, 1_792_000_000_000_000, true));
        await Look(page, "/me/apps", $"own-apps-{width}-{scheme}");
        await Look(page, $"/me/apps/ask/{StubApps.Question}", $"ask-{width}-{scheme}");
        await Look(page, "/me/apps/ask/none", $"ask-over-{width}-{scheme}");
        Assert.Equal([], _flaws);
    }

    [Theory]
    [MemberData(nameof(FewScreens))]
    public async Task Pages_of_who_acts_for_a_patient(int width, ColorScheme scheme)
    {
        await using var context = await Context(width, scheme);
        var page = await context.NewPageAsync();
        await SignIn(context, _door.Clinic.SignedIn());
        var path = $"/clinic/visits/{_door.Clinic.Visit.Id}/proxies";
        await Look(page, path, $"proxies-none-{width}-{scheme}");
        await Look(page, $"{path}/new", $"proxy-new-{width}-{scheme}");
        await page.Locator("[data-test=proxy-keep]").ClickAsync();
        await Judge(page, $"proxy-wrong-{width}-{scheme}");
        var (clinic, patient) = (_door.Clinic, _door.Clinic.Patient);
        var ana = clinic.Proxies.Put("Ana", patient, evidence: "Birth certificate, shown at the front desk");
        clinic.Proxies.Put("Jorge", patient, [ProxyScope.Visits], ProxyEnd.Time);
        clinic.Proxies.Put("Luz", patient, [ProxyScope.Visits, ProxyScope.Messages], ProxyEnd.Staff, Contracts.Records.ProxyBasis.Court);
        await Look(page, path, $"proxies-{width}-{scheme}");
        await page.Locator("[data-test=proxy-invite]").ClickAsync();
        await Judge(page, $"proxies-link-{width}-{scheme}");
        await page.Locator("[data-test=confidential-on]").ClickAsync();
        await Judge(page, $"proxies-confidential-{width}-{scheme}");
        await Look(page, "/clinic", $"today-confidential-{width}-{scheme}");

        await Look(page, $"/j/{clinic.ProxyLink(ana)}", $"proxy-asked-{width}-{scheme}");
        await page.Locator("[data-test=proxy-born]").FillAsync("1990-01-01");
        await page.Locator("[data-test=proxy-go]").ClickAsync();
        await Judge(page, $"proxy-asked-wrong-{width}-{scheme}");
        await page.Locator("[data-test=proxy-born]").FillAsync("1979-05-06");
        await page.Locator("[data-test=proxy-go]").ClickAsync();
        await page.Locator("[data-test=acts-for]").WaitForAsync();
        await Judge(page, $"proxy-lobby-{width}-{scheme}");
        Assert.Equal([], _flaws);
    }

    Task SignIn(IBrowserContext context, string login) =>
        context.AddCookiesAsync([new Cookie { Name = "__Host-login", Value = login, Url = _door.Address.ToString(), Secure = true, HttpOnly = true }]);

    [Fact]
    public async Task The_lobby_can_be_walked_and_joined_by_keyboard_alone()
    {
        await using var context = await Context(360, ColorScheme.Light);
        context.SetDefaultTimeout(120_000); // a busy machine takes its time to find the first camera
        var page = await context.NewPageAsync();
        await page.GotoAsync(new Uri(_door.Address, $"/j/{_door.Clinic.Link()}").ToString());
        for (var i = 0; i < 10 && await page.EvaluateAsync<string?>("document.activeElement.dataset.test ?? null") != "join"; i++) await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");
        await Reaches(page, "waiting");
        Assert.Equal(["connect", "join"], _door.Call.Sent.Where(sent => sent is "connect" or "join").Distinct());
        await page.WaitForTimeoutAsync(600);
        var steps = _door.Call.Steps.SelectMany(report => report["steps"]!.AsArray()).Select(step => step!["state"]!.GetValue<string>()).ToList();
        Assert.Equal(["lobby", "connecting", "waiting"], steps.Where(step => !step.StartsWith("media", StringComparison.Ordinal)));
        Assert.All(_door.Call.Steps, report => Assert.Equal("test-1", report["release"]!.GetValue<string>()));
    }

    static JsonObject Admitted() => new()
    {
        ["seat"] = 1,
        ["people"] = new JsonArray(new JsonObject { ["participant"] = "doc", ["role"] = "clinician", ["seat"] = 0, ["audio"] = true, ["video"] = true, ["screen"] = false }),
    };

    Task<IBrowserContext> Context(int width, ColorScheme scheme) => _browser.NewContextAsync(new BrowserNewContextOptions
    {
        ViewportSize = new ViewportSize { Width = width, Height = width < 600 ? 740 : 900 }, ColorScheme = scheme, IgnoreHTTPSErrors = true, Locale = "en-US",
        Permissions = ["camera", "microphone"], ReducedMotion = ReducedMotion.Reduce,
    });

    async Task Look(IPage page, string path, string name)
    {
        await page.GotoAsync(new Uri(_door.Address, path).ToString());
        await Judge(page, name);
    }

    static Task Reaches(IPage page, string state) => Until(page, $"document.documentElement.dataset.joinState === '{state}'");

    // Playwright's own waiting runs eval in the page, which its content security policy forbids.
    static async Task Until(IPage page, string expression)
    {
        for (var i = 0; !await page.EvaluateAsync<bool>(expression); i++)
        {
            Assert.True(i < 600, $"never: {expression}");
            await Task.Delay(200);
        }
    }

    // For people to look at. The browser sometimes has no picture of a page that it shows, and has one when it is asked again.
    static async Task Picture(IPage page, string name)
    {
        for (var tries = 1; ; tries++)
            try
            {
                await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Pictures(), $"{name}.png") });
                return;
            }
            catch (PlaywrightException failure) when (tries < 4 && failure.Message.Contains("Unable to capture screenshot", StringComparison.Ordinal)) { }
    }

    async Task Judge(IPage page, string name)
    {
        await Picture(page, name);
        if (!await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth")) _flaws.Add($"{name} is wider than the screen");
        var small = await page.EvaluateAsync<string[]>("""
            [...document.querySelectorAll("button, .button, select, input:not([type=hidden]):not([type=radio]):not([type=checkbox])")].filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 47.5)
              .map((e) => e.outerHTML.slice(0, 80))
            """);
        _flaws.AddRange(small.Select(one => $"{name} has a small target: {one}"));
        _flaws.AddRange((await page.RunAxe()).Violations.SelectMany(one => one.Nodes.Select(node => $"{name}: {one.Id} {node.Html[..Math.Min(160, node.Html.Length)]}")));
    }
}
