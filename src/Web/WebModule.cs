using FirstRing.Contracts;
using FirstRing.Contracts.Audit;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Intake;
using FirstRing.Contracts.Keys;
using FirstRing.Contracts.Notifications;
using FirstRing.Contracts.Records;
using FirstRing.Contracts.Scheduling;
using FirstRing.Contracts.Signaling;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using FirstRing.Web.Account;
using FirstRing.Web.Admin;
using FirstRing.Web.Clinician;
using FirstRing.Web.Demo;
using FirstRing.Web.Front;
using FirstRing.Web.Operator;
using FirstRing.Web.Patient;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace FirstRing.Web;

/// <summary>The pages: the patient's lobby, waiting room and call; the clinician's list and workspace. Owns no data.</summary>
public sealed class WebModule : IModule
{
    const string Name = "web";

    public void Register(ModuleContext context)
    {
        context.Services.AddSingleton(WebSettings.From(context.Settings));
        context.Services.AddSingleton(services => new Neighbours(
            services.Client<IIdentityClient>(Name, "identity"),
            services.Client<ISchedulingClient>(Name, "scheduling"),
            services.Client<IRecordsClient>(Name, "records"),
            services.Client<ISignalingClient>(Name, "signaling"),
            services.Client<IVendorsClient>(Name, "identity"),
            services.Client<IFactorsClient>(Name, "identity"),
            services.Client<IStaffClient>(Name, "identity"),
            services.Client<IPasskeysClient>(Name, "identity"),
            services.Client<IAuditClient>(Name, "audit"),
            services.Client<IKeysClient>(Name, "keys"),
            services.Client<IIntakeClient>(Name, "intake"),
            services.Client<INotificationsClient>(Name, "notifications"),
            services.Client<IEmergencyClient>(Name, "identity"),
            services.Client<IAppsClient>(Name, "identity"),
            services.Client<IPatientPasskeysClient>(Name, "identity"),
            services.Client<IProxiesClient>(Name, "identity"),
            services.Client<IProxyPersonsClient>(Name, "records")));
        context.Services.AddSingleton(StaffLogin.Keeper);
        context.Services.AddSingleton(AnyLogin.Keeper);
        context.Services.AddSingleton(services => new ReadinessCheck(Name, _ => LookAtLink.Lobby(LobbyView.Sample).Renders(services)));
    }

    public void MapContract(ContractRoutes routes)
    {
    }

    public void MapDoor(IEndpointRouteBuilder routes)
    {
        var door = routes.MapGroup("").AddEndpointFilter(PlainErrors.ForBrowsers);
        var pages = new PerAddress("pages", PerMinute: 600);
        var anyone = door.MapGroup("").WithMetadata(pages, DoorAccess.Anyone());
        Landing.Map(anyone);
        SignOutOfClinic.Map(anyone);
        var signIn = door.MapGroup("").WithMetadata(new PerAddress("sign-in", PerMinute: 60), DoorAccess.Anyone());
        SignInPage.Map(signIn);
        CodePage.Map(signIn);
        InvitedPage.Map(signIn);
        PasskeyDoor.MapSignIn(signIn);
        var link = door.MapGroup("").WithMetadata(pages, DoorAccess.Holder("a link's token; what it shows and opens is the visit that the link is into"));
        LookAtLink.Map(link);
        EnterLink.Map(link);
        AgreeToTexts.Map(link);
        ShowTerms.Map(link);
        GiveBirthDate.Map(link);
        ActForPatient.Map(link);
        OwnPasskey.MapMake(link);
        OwnPasskey.MapEnter(door.MapGroup("").WithMetadata(new PerAddress("my", PerMinute: 60), DoorAccess.Anyone()));
        DemoDoor.Map(door.MapGroup("").WithMetadata(pages, DoorAccess.Holder("the demo clinic's secret or a link made with it; on this machine, while the demo flag is set")));

        OperatorDoor.Map(door.MapGroup("").WithMetadata(new PerAddress("operator", PerMinute: 20), DoorAccess.Holder("the operator's secret of the data folder; on this machine")));

        var clinic = door.MapGroup("/clinic").AddEndpointFilter(WaitingReviews.ForTheBar).WithMetadata(DoorAccess.Login("same clinic; a workspace and its pass only to whoever the visit is with", Names(AdminPlaces.Clinic)));
        ListToday.Map(clinic);
        LookAtPresence.Map(clinic);
        NewVisit.Map(clinic);
        NewLink.Map(clinic);
        CloseVisit.Map(clinic);
        OpenWorkspace.Map(clinic);
        VisitConsents.Map(clinic);
        ShowProxies.Map(clinic);
        EndPasskeys.Map(clinic.MapGroup("").WithMetadata(DoorAccess.Login("same clinic", Who.Desk)));
        ListOthers.Map(clinic.MapGroup("").WithMetadata(DoorAccess.Login("same clinic; no patient is named", WireName.Of(StaffRole.Clinician))));
        OpenInEmergency.Map(clinic.MapGroup("").WithMetadata(DoorAccess.Login("same clinic; a reason, and the clinic's admins are told", WireName.Of(StaffRole.Clinician))));

        var me = door.MapGroup("/me").WithMetadata(DoorAccess.BegunLogin("what they sign in with, of themselves", Who.Staff));
        ShowSecurity.Map(me);
        KeepTotp.Map(me);
        KeepPassword.Map(me);
        PasskeyDoor.MapOwn(me);
        var apps = door.MapGroup("/me").WithMetadata(DoorAccess.Login("what they let applications do, of themselves", Who.Staff));
        AskPage.Map(apps);
        OwnApps.Map(apps);

        MapAdmin(door.MapGroup("/admin").AddEndpointFilter(WaitingReviews.ForTheBar).WithMetadata(DoorAccess.Login("same clinic", Names(AdminPlaces.Staff.Roles))));
    }

    static void MapAdmin(RouteGroupBuilder admin)
    {
        ShowVendors.Map(admin.MapGroup("").WithMetadata(DoorAccess.Login("same clinic", Names(AdminPlaces.Vendors.Roles))));
        ShowVendors.MapEdit(admin);
        KeepVendors.Map(admin);
        ShowStaff.Map(admin);
        KeepStaff.Map(admin);
        ShowMessages.Map(admin);
        PublishConsents.Map(admin);
        ShowApps.Map(admin);
        ShowAudit.Map(admin.MapGroup("").WithMetadata(DoorAccess.Login("same clinic", Names(AdminPlaces.Audit.Roles))));
        ShowAudit.MapOpen(admin);
        ShowEmergencies.Map(admin.MapGroup("").WithMetadata(DoorAccess.Login("same clinic", Names(AdminPlaces.Emergencies.Roles))));
        KeepEmergencies.Map(admin);
        var keepers = admin.MapGroup("").WithMetadata(DoorAccess.Login("same clinic", Names(AdminPlaces.Keys.Roles)));
        ShowKeys.Map(keepers);
        KeepKeys.Map(keepers);
    }

    static IReadOnlyList<string> Names(IReadOnlyList<StaffRole> roles) => [.. roles.Select(WireName.Of)];
}
