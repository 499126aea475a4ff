using FirstRing.Contracts.Audit;
using FirstRing.Contracts.Identity;
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
            services.Client<IAuditClient>(Name, "audit")));
        context.Services.AddSingleton(services => new ReadinessCheck(Name, _ => LookAtLink.Lobby(LobbyView.Sample).Renders(services)));
    }

    public void MapContract(ContractRoutes routes)
    {
    }

    public void MapDoor(IEndpointRouteBuilder routes)
    {
        var door = routes.MapGroup("").AddEndpointFilter(PlainErrors.ForBrowsers);
        var anyone = door.MapGroup("").WithMetadata(new PerAddress("pages", PerMinute: 600));
        Landing.Map(anyone);
        LookAtLink.Map(anyone);
        EnterLink.Map(anyone);
        GiveBirthDate.Map(anyone);
        var signIn = door.MapGroup("").WithMetadata(new PerAddress("sign-in", PerMinute: 60));
        SignInPage.Map(signIn);
        CodePage.Map(signIn);
        InvitedPage.Map(signIn);
        PasskeyDoor.MapSignIn(signIn);
        SignOutOfClinic.Map(anyone);
        DemoDoor.Map(anyone);

        var clinic = door.MapGroup("/clinic").AddEndpointFilter(StaffLogin.Required).AddEndpointFilter(OnlyFor.Roles(AdminPlaces.Clinic));
        ListToday.Map(clinic);
        LookAtPresence.Map(clinic);
        NewVisit.Map(clinic);
        NewLink.Map(clinic);
        CloseVisit.Map(clinic);
        OpenWorkspace.Map(clinic);

        var me = door.MapGroup("/me").AddEndpointFilter(AnyLogin.Required);
        ShowSecurity.Map(me);
        KeepTotp.Map(me);
        KeepPassword.Map(me);
        PasskeyDoor.MapOwn(me);

        var admin = door.MapGroup("/admin").AddEndpointFilter(StaffLogin.Required);
        ShowVendors.Map(admin.MapGroup("").AddEndpointFilter(OnlyFor.Roles(AdminPlaces.Vendors.Roles)));
        var admins = admin.MapGroup("").AddEndpointFilter(OnlyFor.Roles(AdminPlaces.Staff.Roles));
        ShowVendors.MapEdit(admins);
        KeepVendors.Map(admins);
        ShowStaff.Map(admins);
        KeepStaff.Map(admins);
        ShowAudit.Map(admin.MapGroup("").AddEndpointFilter(OnlyFor.Roles(AdminPlaces.Audit.Roles)));
    }
}
