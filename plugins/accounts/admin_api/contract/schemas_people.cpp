// SPDX-License-Identifier: Apache-2.0
// Shapes of log-in, one's own account, users, sessions, factors, tokens and invitations. Constant data.
#include "schemas.hpp"

namespace junctor::accounts::admin {
namespace {

constexpr std::string_view kSessionKinds = "client|web_client|console";
constexpr std::string_view kFactorStates = "off|pending|on|expired";

constexpr Field kRef[] = {
    guid("guid", "the object").shown(),
    text("name", 0, 64, "its name at this moment").shown(),
};

constexpr Field kLoginOptions[] = {
    boolean("password", "a name and a password are taken here").shown(),
    text("providers", 0, 64, "names of other ways to log in").many().shown(),
    boolean("mail", "mails can be sent: a forgotten password has a way").shown(),
};

constexpr Field kLogin[] = {
    text("name", 1, 254, "user name or email address").needed(),
    text("password", 1, 256, "the password").needed().secret(),
};

constexpr Field kLoginFactor[] = {
    text("ticket", 1, 256, "from the first step").needed().secret(),
    text("code", 6, 6, "6 digits: of the authenticator, of a mail, or a backup code").needed().secret(),
    boolean("trust_browser", "do not ask here again for the days that the site sets").settable(),
};

constexpr Field kLoginTicket[] = {
    text("ticket", 1, 256, "from the first step").needed().secret(),
};

constexpr Field kLoginAnswer[] = {
    word("status", "ok|second_factor|enrolment", "what comes next").shown(),
    text("ticket", 0, 256, "goes with the next step; null once logged in").shown().or_null().secret(),
    word("factor", "totp|mail", "what kind of code is asked for").shown().or_null(),
    text("csrf", 0, 256, "goes as X-CSRF-Token with every call that changes something; null until logged in")
        .shown()
        .or_null()
        .secret(),
    boolean("change_password", "the password was given by somebody else and is to be changed").shown(),
};

constexpr Field kPermission[] = {
    text("permission", 0, 64, "resource:action, accounts.md 8").shown(),
    word("scope", "global|group|individual", "over what").shown(),
    object("user_groups", "Ref", "of a group scope").many().shown(),
    object("device_groups", "Ref", "of a group scope").many().shown(),
    boolean("unassigned", "of a group scope: devices without owner and group, too").shown(),
};

constexpr Field kMe[] = {
    guid("guid", "the user").shown(),
    text("name", 1, 64, "what one logs in with").shown(),
    text("display_name", 0, 64, "what others see").shown().editable(),
    text("email", 0, 254, "null: none").shown().editable().or_null(),
    text("note", 0, 1000, "of oneself").shown().editable(),
    text("avatar", 0, 4096, "a data: or http(s) address; empty: none").shown().editable(),
    boolean("alarm_mails", "mails about alarms of one's own devices").shown().editable(),
    boolean("mail_codes", "log-in asks for a code by mail where there is no authenticator").shown().editable(),
    boolean("is_admin", "an administrator may do everything").shown(),
    object("group", "Ref", "the user's group").shown(),
    object("permissions", "PermissionGrant", "all that the roles give; empty for plain users").many().shown(),
    text("csrf", 0, 256, "for X-CSRF-Token; null for API tokens").shown().or_null().secret(),
    guid("session", "this session; null for API tokens").shown().or_null(),
    time("fresh_until", "until then calls that ask for a fresh proof go through; null: POST me/confirm first")
        .shown()
        .or_null(),
    boolean("change_password", "the password was given by somebody else and is to be changed").shown(),
    boolean("enrol", "a second factor is demanded and not there").shown(),
};

constexpr Field kPasswordChange[] = {
    text("old", 1, 256, "the present one").needed().secret(),
    text("password", 10, 256, "the new one: not the name or mail, not one of the most used").needed().secret(),
    text("code", 6, 6, "where an authenticator is on").settable().or_null().secret(),
};

constexpr Field kConfirm[] = {
    text("password", 1, 256, "the present password").settable().secret(),
    text("code", 6, 6, "6 digits, where an authenticator is on").settable().secret(),
};

constexpr Field kSession[] = {
    guid("guid", "the session").shown(),
    object("user", "Ref", "whose").shown(),
    word("kind", kSessionKinds, "what logged in").shown(),
    text("device_id", 0, 100, "id of the device it was opened on; empty for browsers").shown(),
    text("device_name", 0, 255, "as the device calls itself").shown(),
    text("os", 0, 255, "as it says").shown(),
    text("address", 0, 64, "from where").shown(),
    text("method", 0, 32, "password, totp, mail, oidc, ldap").shown(),
    time("created", "log-in").shown(),
    time("last_used", "latest call").live(),
    time("expires", "if it is not used before").live(),
    boolean("current", "the one that asks").shown(),
};

constexpr Field kFactors[] = {
    word("totp", kFactorStates, "the authenticator").shown(),
    time("totp_since", "since when it is on").shown().or_null(),
    integer("backup_codes", 0, 100, "how many are left").shown(),
    boolean("mail_codes", "a code by mail").shown(),
    boolean("enforced", "an administrator demands a second factor").shown(),
};

constexpr Field kEnrolment[] = {
    text("secret", 0, 128, "base32, for authenticators that have no camera").shown().secret(),
    text("url", 0, 512, "otpauth://, what the QR code says").shown().secret(),
    text("qr", 0, 65536, "the QR code as SVG").shown().secret(),
};

constexpr Field kCode[] = {
    text("code", 6, 6, "6 digits").needed().secret(),
    text("present", 6, 6, "where one is on already: a code of that, or a backup code").settable().or_null().secret(),
};

constexpr Field kLoginEnrol[] = {
    text("ticket", 1, 256, "from the first step").needed().secret(),
    text("code", 6, 6, "6 digits of the new authenticator").needed().secret(),
};

constexpr Field kBackupCodes[] = {
    text("codes", 6, 6, "each works once; they are not shown again").many().shown().secret(),
    text("csrf", 0, 256, "where this ended a log-in: for X-CSRF-Token").shown().or_null().secret(),
};

constexpr Field kTrustedDevice[] = {
    guid("guid", "the entry").shown(),
    text("device", 0, 255, "id of the device, or the browser's name").shown(),
    time("created", "since when").shown(),
    time("expires", "until when").shown(),
};

constexpr Field kUser[] = {
    guid("guid", "the user").shown(),
    text("name", 1, 64, "unique, without regard to case; no device group's").shown().needed(),
    text("display_name", 0, 64, "what others see; empty: the name")
        .shown()
        .settable()
        .editable()
        .asks("users:edit_note"),
    text("email", 0, 254, "unique; null: none").shown().settable().editable().or_null().asks("users:edit_email"),
    text("note", 0, 1000, "for administrators").shown().settable().editable().asks("users:edit_note"),
    word("status", "normal|disabled|unverified", "unverified: invited, not there yet").shown(),
    boolean("enabled", "false: no log-in, sessions end, the user's devices cannot be reached")
        .settable()
        .editable()
        .asks("users:enable"),
    boolean("is_admin", "administrators alone set it").shown().settable().editable().asks("administrator"),
    boolean("may_initiate", "may start connections").shown().settable().editable().asks("users:edit_note"),
    text("password", 10, 256, "without one, only other ways to log in")
        .settable()
        .or_null()
        .secret()
        .asks("users:edit_password"),
    object("group", "Ref", "the one group, whose members share what it owns").shown(),
    guid("group_guid", "missing: Default").settable().editable().asks("users:update_group"),
    object("extra_groups", "Ref", "memberships that give rights and expose nothing").many().shown(),
    guid("extra_group_guids", "a given list replaces").many().settable().editable().asks("users:update_group"),
    object("control_role", "Ref", "null: Default").shown().or_null(),
    guid("control_role_guid", "null: none").settable().editable().or_null().asks("users:update_control_role"),
    object("strategy", "Ref", "null: that of the device's group").shown().or_null(),
    guid("strategy_guid", "null: none").settable().editable().or_null().asks("users:update_strategy"),
    object("admin_roles", "Ref", "what the user may administer").many().shown(),
    guid("admin_role_guids", "a given list replaces").many().settable().editable().asks("administrator"),
    word("source", "local|ldap|oidc", "who checks the password").shown(),
    word("second_factor", kFactorStates, "the authenticator").shown(),
    boolean("factor_enforced", "log-in demands a second factor").shown().settable().editable().asks("users:manage_2fa"),
    time("created", "when").shown(),
    time("last_login", "null: never").live().or_null(),
    integer("devices", 0, 0, "how many the user owns").live(),
    integer("sessions", 0, 0, "how many are open").live(),
};

constexpr Field kUserPassword[] = {
    text("password", 10, 256, "the new one; the user is asked to change it").needed().secret(),
};

constexpr Field kUserBulk[] = {
    word("action",
         "enable|disable|delete|force_logout|reset_factors|enforce_factor|release_factor|disable_mail_codes|move",
         "what to do with each; delete disables first")
        .needed(),
    guid("users", "whom").many().needed(),
    guid("group_guid", "with move: where to").settable(),
};

constexpr Field kFailure[] = {
    text("id", 0, 100, "guid or id as it was given").shown(),
    text("reason", 0, 64, "a stable word").shown(),
    text("detail", 0, 500, "why, in words").shown(),
};

constexpr Field kBulkAnswer[] = {
    integer("done", 0, 0, "how many it was done with").shown(),
    object("failed", "BulkFailure", "with whom not, and why").many().shown(),
};

constexpr Field kEnforce[] = {
    boolean("enforce", "true: log-in demands a second factor").needed(),
};

constexpr Field kInvitation[] = {
    guid("guid", "the invitation").shown(),
    text("email", 3, 254, "who is invited; one open invitation each").shown().needed(),
    text("name", 1, 64, "the user's name").shown().needed(),
    object("group", "Ref", "where the user comes to").shown(),
    guid("group_guid", "missing: Default").settable(),
    text("note", 0, 1000, "of the user to be").shown().settable(),
    word("state", "sent|accepted|revoked|expired", "what became of it").shown(),
    time("created", "when").shown(),
    time("expires", "when the link ends").shown(),
    text("link", 0, 1000, "to hand over where no mail is set up; shown once, else null").shown().or_null().secret(),
};

constexpr Field kPasswordForgot[] = {
    text("email", 1, 254, "mail address, or name").needed(),
};

constexpr Field kPasswordReset[] = {
    text("secret", 1, 128, "of the link").needed().secret(),
    text("password", 1, 256, "the new one").needed().secret(),
};

constexpr Field kInvitationAccept[] = {
    text("secret", 1, 256, "from the link").needed().secret(),
    text("password", 10, 256, "to log in with from now on").needed().secret(),
};

constexpr std::string_view kScopeWords =
    "devices|users|user-groups|device-groups|address-books|strategies|audit|control-roles|admin-roles|all";

constexpr Field kToken[] = {
    guid("guid", "the token's record").shown(),
    text("name", 1, 64, "unique among its owner's").shown().needed().editable(),
    word("kind", "api|deploy", "deploy: may only enrol, assign and preset").shown().needed(),
    object("owner", "Ref", "whose rights bound it").shown(),
    guid("owner_guid", "missing: the caller; administrators may name others").settable(),
    map("scopes", kScopeWords, "r|rw", "what it is good for, at most").shown().settable(),
    time("expires", "null: never").shown().settable().or_null(),
    text("networks", 1, 64, "10.0.0.0/8; empty: from anywhere").many(64).shown().settable().editable(),
    integer("uses", 1, 1'000'000'000, "a deploy token's number of uses; null: any").settable().or_null(),
    integer("uses_left", 0, 0, "null: any number").live().or_null(),
    object("presets", "TokenPresets", "what a deploy token gives to its devices").shown().settable().or_null(),
    time("created", "when").shown(),
    time("last_used", "null: never").live().or_null(),
    text("token", 0, 256, "the token itself: in the answer that made it, never again").shown().or_null().secret(),
};

constexpr Field kTokenPresets[] = {
    guid("group_guid", "device group").shown().settable().or_null(),
    guid("owner_guid", "user").shown().settable().or_null(),
    guid("strategy_guid", "strategy").shown().settable().or_null(),
    guid("book_guid", "address book").shown().settable().or_null(),
    boolean("approved", "its devices need no approval").shown().settable(),
};

constexpr Schema kSchemas[] = {
    {"Ref", "Another object.", kRef},
    {"LoginOptions", "Ways to log in.", kLoginOptions},
    {"Login", "First step.", kLogin},
    {"LoginFactor", "Second step.", kLoginFactor},
    {"LoginTicket", "Begins the enrolment of a demanded factor.", kLoginTicket},
    {"LoginEnrol", "Ends the enrolment of a demanded factor.", kLoginEnrol},
    {"LoginAnswer", "What comes next, or that it is done.", kLoginAnswer},
    {"PermissionGrant", "A permission and over what one has it.", kPermission},
    {"Me", "One's own account and session.", kMe},
    {"PasswordChange", "A new password for oneself.", kPasswordChange},
    {"Confirm", "A fresh proof of who is there: password, code, or both where both are set.", kConfirm},
    {"Session", "A log-in that lasts.", kSession},
    {"Factors", "Second factors of an account.", kFactors},
    {"Enrolment", "An authenticator to be set up.", kEnrolment},
    {"Code", "A code.", kCode},
    {"BackupCodes", "Codes for the day the authenticator is lost.", kBackupCodes},
    {"TrustedDevice", "Where no second factor is asked for.", kTrustedDevice},
    {"User", "A user.", kUser},
    {"UserPassword", "A password given by somebody else.", kUserPassword},
    {"UserBulk", "One act for many users.", kUserBulk},
    {"BulkFailure", "One that it was not done with.", kFailure},
    {"BulkAnswer", "What was done.", kBulkAnswer},
    {"Enforce", "Whether a second factor is demanded.", kEnforce},
    {"Invitation", "An invitation.", kInvitation},
    {"PasswordForgot", "Whose password is forgotten.", kPasswordForgot},
    {"PasswordReset", "A link taken.", kPasswordReset},
    {"InvitationAccept", "An invitation taken.", kInvitationAccept},
    {"Token", "An API or deploy token.", kToken},
    {"TokenPresets", "What a deploy token gives.", kTokenPresets},
};

}  // namespace

std::span<const Schema> people_schemas() { return kSchemas; }

}  // namespace junctor::accounts::admin
