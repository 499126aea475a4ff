using FirstRing.Contracts.Audit;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Intake;
using FirstRing.Contracts.Keys;
using FirstRing.Contracts.Notifications;
using FirstRing.Contracts.Records;
using FirstRing.Contracts.Scheduling;
using FirstRing.Contracts.Signaling;

namespace FirstRing.Web;

/// <summary>The services whose contracts the pages call.</summary>
internal sealed record Neighbours(IIdentityClient Identity, ISchedulingClient Scheduling, IRecordsClient Records, ISignalingClient Signaling,
    IVendorsClient Vendors, IFactorsClient Factors, IStaffClient Staff, IPasskeysClient Passkeys, IAuditClient Audit, IKeysClient Keys,
    IIntakeClient Intake, INotificationsClient Notifications, IEmergencyClient Emergencies, IAppsClient Apps, IPatientPasskeysClient PatientPasskeys, IProxiesClient Proxies, IProxyPersonsClient ProxyPersons);
