using System.Text.Json.Serialization;
using FirstRing.Contracts.Audit;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Intake;
using FirstRing.Contracts.Keys;
using FirstRing.Contracts.Media;
using FirstRing.Contracts.Messaging;
using FirstRing.Contracts.Notifications;
using FirstRing.Contracts.Records;
using FirstRing.Contracts.Scheduling;
using FirstRing.Contracts.Signaling;
using FirstRing.Contracts.Witness;

namespace FirstRing.Contracts;

/// <summary>The one format of calls, events and golden files.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = false)]
[JsonSerializable(typeof(EventEnvelope))]
[JsonSerializable(typeof(Answer<Done>))]
[JsonSerializable(typeof(CreateLink)), JsonSerializable(typeof(Answer<LinkCreated>))]
[JsonSerializable(typeof(RevokeLinks))]
[JsonSerializable(typeof(LookLink)), JsonSerializable(typeof(Answer<LinkSeen>))]
[JsonSerializable(typeof(EnterByLink)), JsonSerializable(typeof(ProveBirthDate)), JsonSerializable(typeof(Answer<Entered>))]
[JsonSerializable(typeof(SignIn)), JsonSerializable(typeof(Answer<SignedIn>))]
[JsonSerializable(typeof(WhoIs)), JsonSerializable(typeof(Answer<StaffMember>))]
[JsonSerializable(typeof(SignOut)), JsonSerializable(typeof(EnterAsStaff))]
[JsonSerializable(typeof(GetTenant)), JsonSerializable(typeof(Answer<Tenant>)), JsonSerializable(typeof(GetStaff))]
[JsonSerializable(typeof(MakeDemoSignInLink)), JsonSerializable(typeof(Answer<DemoSignInLink>)), JsonSerializable(typeof(DemoSignIn))]
[JsonSerializable(typeof(SignInChanged)), JsonSerializable(typeof(GetStaffAddress)), JsonSerializable(typeof(Answer<StaffAddress>))]
[JsonSerializable(typeof(LoginEnded)), JsonSerializable(typeof(LookLogin)), JsonSerializable(typeof(Answer<LoginSeen>)), JsonSerializable(typeof(GiveCode))]
[JsonSerializable(typeof(GetFactors)), JsonSerializable(typeof(Answer<Factors>)), JsonSerializable(typeof(BeginTotp)), JsonSerializable(typeof(Answer<TotpBegun>))]
[JsonSerializable(typeof(ConfirmTotp)), JsonSerializable(typeof(MakeRecoveryCodes)), JsonSerializable(typeof(Answer<FactorKept>))]
[JsonSerializable(typeof(ChangePassword)), JsonSerializable(typeof(ListOwnLogins)), JsonSerializable(typeof(EndOwnLogin)), JsonSerializable(typeof(Answer<LoginList>))]
[JsonSerializable(typeof(OpenClinic)), JsonSerializable(typeof(Answer<ClinicOpened>))]
[JsonSerializable(typeof(ListStaff)), JsonSerializable(typeof(Answer<StaffList>)), JsonSerializable(typeof(InviteStaff)), JsonSerializable(typeof(Answer<Invited>))]
[JsonSerializable(typeof(ChangeRole)), JsonSerializable(typeof(DisableStaff)), JsonSerializable(typeof(ResetStaff)), JsonSerializable(typeof(ListLogins)), JsonSerializable(typeof(EndLogin))]
[JsonSerializable(typeof(LookInvitation)), JsonSerializable(typeof(Answer<InvitationSeen>)), JsonSerializable(typeof(TakeInvitation))]
[JsonSerializable(typeof(BeginPatientPasskey)), JsonSerializable(typeof(AddPatientPasskey)), JsonSerializable(typeof(BeginPatientEntry)), JsonSerializable(typeof(EnterWithPasskey))]
[JsonSerializable(typeof(Answer<OwnVisits>)), JsonSerializable(typeof(RemovePatientPasskey)), JsonSerializable(typeof(EndPatientPasskeys)), JsonSerializable(typeof(Answer<PasskeysEnded>))]
[JsonSerializable(typeof(BeginPasskeySignIn)), JsonSerializable(typeof(Answer<PasskeyBegun>)), JsonSerializable(typeof(PasskeySignIn)), JsonSerializable(typeof(BeginPasskey))]
[JsonSerializable(typeof(AddPasskey)), JsonSerializable(typeof(RenamePasskey)), JsonSerializable(typeof(RemovePasskey)), JsonSerializable(typeof(ListPasskeys)), JsonSerializable(typeof(Answer<PasskeyList>))]
[JsonSerializable(typeof(ListVendors)), JsonSerializable(typeof(Answer<VendorList>)), JsonSerializable(typeof(AddVendor)), JsonSerializable(typeof(EditVendor))]
[JsonSerializable(typeof(EndVendor)), JsonSerializable(typeof(Answer<Vendor>)), JsonSerializable(typeof(CheckVendor)), JsonSerializable(typeof(Answer<VendorChecked>))]
[JsonSerializable(typeof(FindAgreements)), JsonSerializable(typeof(Answer<AgreementList>)), JsonSerializable(typeof(AgreementExpires))]
[JsonSerializable(typeof(BreakGlass)), JsonSerializable(typeof(Answer<EmergencyGrant>)), JsonSerializable(typeof(FindEmergency)), JsonSerializable(typeof(CheckEmergency))]
[JsonSerializable(typeof(EndEmergency)), JsonSerializable(typeof(ListEmergencies)), JsonSerializable(typeof(Answer<EmergencyList>)), JsonSerializable(typeof(GlassBroken))]
[JsonSerializable(typeof(CountEmergencies)), JsonSerializable(typeof(Answer<EmergencyCount>)), JsonSerializable(typeof(GetEmergency)), JsonSerializable(typeof(Answer<Emergency>))]
[JsonSerializable(typeof(ReviewEmergency))]
[JsonSerializable(typeof(GrantProxy)), JsonSerializable(typeof(Answer<ProxyGrant>)), JsonSerializable(typeof(ListProxyGrants)), JsonSerializable(typeof(Answer<ProxyGrantList>))]
[JsonSerializable(typeof(EndProxy)), JsonSerializable(typeof(CheckProxy))]
[JsonSerializable(typeof(ListApps)), JsonSerializable(typeof(Answer<AppList>)), JsonSerializable(typeof(AddApp)), JsonSerializable(typeof(EndApp)), JsonSerializable(typeof(Answer<App>))]
[JsonSerializable(typeof(LookAsk)), JsonSerializable(typeof(Answer<AskSeen>)), JsonSerializable(typeof(DecideAsk)), JsonSerializable(typeof(Answer<AskDecided>))]
[JsonSerializable(typeof(ListOwnGrants)), JsonSerializable(typeof(Answer<GrantList>)), JsonSerializable(typeof(EndOwnGrant))]
[JsonSerializable(typeof(CheckToken)), JsonSerializable(typeof(Answer<TokenHolder>))]
[JsonSerializable(typeof(ListKeys)), JsonSerializable(typeof(Answer<KeyList>)), JsonSerializable(typeof(RotateKeys))]
[JsonSerializable(typeof(ScheduleDestruction)), JsonSerializable(typeof(Answer<Destruction>)), JsonSerializable(typeof(CancelDestruction))]
[JsonSerializable(typeof(ListStoredKeys)), JsonSerializable(typeof(StoredKeyList)), JsonSerializable(typeof(RewrapKeys)), JsonSerializable(typeof(RewrappedKeys))]
[JsonSerializable(typeof(RenewKey)), JsonSerializable(typeof(ForgetKeys)), JsonSerializable(typeof(Done))]
[JsonSerializable(typeof(BookVisit)), JsonSerializable(typeof(GetVisit)), JsonSerializable(typeof(Answer<Visit>))]
[JsonSerializable(typeof(ListOwnVisits)), JsonSerializable(typeof(ListVisits)), JsonSerializable(typeof(Answer<VisitList>))]
[JsonSerializable(typeof(FindOwnPatients)), JsonSerializable(typeof(Answer<OwnPatients>))]
[JsonSerializable(typeof(Invite)), JsonSerializable(typeof(Answer<Participant>))]
[JsonSerializable(typeof(EndVisit)), JsonSerializable(typeof(MarkNoShow))]
[JsonSerializable(typeof(MarkConfidential)), JsonSerializable(typeof(VisitMadeConfidential))]
[JsonSerializable(typeof(VisitBooked)), JsonSerializable(typeof(VisitEnded))]
[JsonSerializable(typeof(CreatePatient)), JsonSerializable(typeof(Answer<PatientCreated>))]
[JsonSerializable(typeof(GetPatient)), JsonSerializable(typeof(Answer<Patient>))]
[JsonSerializable(typeof(GetPatients)), JsonSerializable(typeof(Answer<PatientList>))]
[JsonSerializable(typeof(CheckBirthDate)), JsonSerializable(typeof(Answer<BirthDateChecked>))]
[JsonSerializable(typeof(AddProxy)), JsonSerializable(typeof(Answer<ProxyAdded>)), JsonSerializable(typeof(ListProxies)), JsonSerializable(typeof(Answer<ProxyPersonList>))]
[JsonSerializable(typeof(FindProxyLimit)), JsonSerializable(typeof(Answer<ProxyLimit>)), JsonSerializable(typeof(CheckProxyBirthDate))]
[JsonSerializable(typeof(GetRepresented)), JsonSerializable(typeof(Answer<Represented>))]
[JsonSerializable(typeof(GetConsentTexts)), JsonSerializable(typeof(Answer<ConsentTextList>))]
[JsonSerializable(typeof(FindConsentText)), JsonSerializable(typeof(PublishConsentText)), JsonSerializable(typeof(Answer<ConsentText>))]
[JsonSerializable(typeof(GiveConsent)), JsonSerializable(typeof(WithdrawConsent)), JsonSerializable(typeof(ListConsents)), JsonSerializable(typeof(Answer<ConsentList>))]
[JsonSerializable(typeof(GetContact)), JsonSerializable(typeof(Answer<Contact>))]
[JsonSerializable(typeof(ListDeliveries)), JsonSerializable(typeof(Answer<DeliveryList>)), JsonSerializable(typeof(ReplayDelivery)), JsonSerializable(typeof(Answer<Delivery>))]
[JsonSerializable(typeof(MessagePosted))]
[JsonSerializable(typeof(MediaNodeBeat)), JsonSerializable(typeof(Answer<BeatAnswer>))]
[JsonSerializable(typeof(ReportPeers)), JsonSerializable(typeof(GetPresence)), JsonSerializable(typeof(Answer<PresenceList>))]
[JsonSerializable(typeof(GetAdmission)), JsonSerializable(typeof(Answer<Admission>))]
[JsonSerializable(typeof(CallStarted)), JsonSerializable(typeof(CallEnded))]
[JsonSerializable(typeof(MakeOffer)), JsonSerializable(typeof(Answer<MediaOffer>)), JsonSerializable(typeof(TakeAnswer))]
[JsonSerializable(typeof(AdmitParticipant)), JsonSerializable(typeof(RemoveParticipant)), JsonSerializable(typeof(CloseCall))]
[JsonSerializable(typeof(RecordCall))]
[JsonSerializable(typeof(GetCallStatistics)), JsonSerializable(typeof(Answer<CallStatistics>))]
[JsonSerializable(typeof(GetDoorTerms)), JsonSerializable(typeof(Answer<DoorTerms>))]
[JsonSerializable(typeof(SearchLog)), JsonSerializable(typeof(Answer<LogPage>)), JsonSerializable(typeof(GetEvent)), JsonSerializable(typeof(Answer<ProvenEvent>))]
[JsonSerializable(typeof(ReportDisclosures)), JsonSerializable(typeof(Answer<DisclosureReport>))]
[JsonSerializable(typeof(GetWitnessed)), JsonSerializable(typeof(Answer<Witnessed>)), JsonSerializable(typeof(Cosign)), JsonSerializable(typeof(Answer<Cosigned>))]
public sealed partial class ContractsJson : JsonSerializerContext;
