// SPDX-License-Identifier: Apache-2.0
// Calls about log-in, oneself, users, sessions, tokens and invitations. Constant data.
#include "schemas.hpp"

namespace junctor::accounts::admin {
namespace {

constexpr Field kUserFilters[] = {
    text("search", 1, 254, "part of name, display name or email"),
    text("name", 1, 64, "part of the name"),
    text("email", 1, 254, "part of the email address"),
    guid("group", "of this user group, extra memberships included"),
    word("status", "normal|disabled|unverified", "status"),
    word("source", "local|ldap|oidc", "who checks the password"),
    boolean("admin", "administrators, or the others"),
    guid("admin_role", "who has this admin role"),
    guid("control_role", "who has this control role"),
    guid("strategy", "who has this strategy"),
    boolean("second_factor", "with, or without a second factor"),
    kFormat,
};

constexpr Field kSessionFilters[] = {
    guid("user", "whose"),
    word("kind", "client|web_client|console", "what logged in"),
    text("device", 1, 100, "id of the device"),
};

constexpr Field kTokenFilters[] = {
    guid("owner", "whose"),
    word("kind", "api|deploy", "which kind"),
    text("name", 1, 64, "part of the name"),
};

constexpr Field kInvitationFilters[] = {
    word("state", "sent|accepted|revoked|expired", "what became of it"),
    text("email", 1, 254, "part of the email address"),
};

constexpr Endpoint kEndpoints[] = {
    view("login.options", "/login/options", "LoginOptions").open().says("Which ways to log in there are."),
    act("login.password", "/login", "LoginAnswer")
        .takes("Login")
        .open()
        .says("First step of logging in. The session comes as a cookie; the answer names the next step."),
    act("login.factor", "/login/factor", "LoginAnswer")
        .takes("LoginFactor")
        .open()
        .says("Second step: the code. A wrong one may be repeated; five end the ticket."),
    act("login.enrol", "/login/enrol", "Enrolment")
        .takes("LoginTicket")
        .open()
        .says("Where a second factor is demanded and missing: the new authenticator's secret."),
    act("login.enrolled", "/login/enrol/confirm", "BackupCodes")
        .takes("LoginEnrol")
        .open()
        .says("Ends the demanded enrolment and logs in."),
    act("login.logout", "/logout").scoped(kNoToken).says("Ends this session."),

    get("me.get", "/me", "Me").says("Who is logged in, and what he may do."),
    edit("me.update", "/me", "Me").scoped(kNoToken).says("Changes one's own account."),
    act("me.password", "/me/password")
        .takes("PasswordChange")
        .scoped(kNoToken)
        .says("A new password. Other sessions end."),
    act("me.confirm", "/me/confirm")
        .takes("Confirm")
        .scoped(kNoToken)
        .with(kUnlogged)
        .says("A fresh proof, good for 10 minutes: calls about tokens, roles and secrets ask for it."),
    list("me.sessions", "/me/sessions", "Session")
        .scoped(kNoToken)
        .sorted("-last_used|created")
        .says("One's own sessions."),
    remove("me.endSession", "/me/sessions/{session}").scoped(kNoToken).says("Ends one of one's own sessions."),
    view("me.factors", "/me/factors", "Factors").scoped(kNoToken).says("One's own second factors."),
    act("me.enrol", "/me/factors/totp", "Enrolment")
        .scoped(kNoToken)
        .fresh()
        .says("Begins to set up an authenticator; the old one works until the new one is confirmed."),
    act("me.confirmEnrolment", "/me/factors/totp/confirm", "BackupCodes")
        .takes("Code")
        .scoped(kNoToken)
        .fresh()
        .says("The first code of the new authenticator switches it on."),
    act("me.backupCodes", "/me/factors/backup-codes", "BackupCodes")
        .scoped(kNoToken)
        .fresh()
        .says("New backup codes; the old ones end."),
    endpoint("me.removeTotp", Method::kDelete, "/me/factors/totp", Answer::kNothing, {})
        .scoped(kNoToken)
        .fresh()
        .says("Switches one's own authenticator off, where none is demanded."),
    list("me.trusted", "/me/trusted-devices", "TrustedDevice")
        .scoped(kNoToken)
        .sorted("-created")
        .says("Where one's second factor is not asked for."),
    remove("me.distrust", "/me/trusted-devices/{device}").scoped(kNoToken).says("Asks there again."),

    list("users.list", "/users", "User")
        .needs("users:view")
        .scoped("users")
        .filters(listing(kUserFilters))
        .sorted("name|email|created|last_login")
        .says("Users whom the caller may see."),
    create("users.create", "/users", "User").needs("users:create").scoped("users").says("A new user."),
    get("users.get", "/users/{user}", "User").needs("users:view").scoped("users").says("A user."),
    edit("users.update", "/users/{user}", "User")
        .needs("users:view")
        .scoped("users")
        .says("Changes what is given; each field asks for its own permission."),
    remove("users.delete", "/users/{user}")
        .needs("users:delete")
        .scoped("users")
        .says("Deletes a disabled user; shared books pass to the caller, devices become orphans."),
    act("users.import", "/users/import", "ImportAnswer")
        .takes("Import")
        .admin()
        .scoped("users")
        .says("Takes a table of users: new ones have no password until somebody sets it or invites them."),
    stream("users.export", "/users/export")
        .needs("users:view")
        .scoped("users")
        .filters(kUserFilters)
        .says("All users of the filter as a stream, in the form that import takes."),
    act("users.bulk", "/users/bulk", "BulkAnswer")
        .takes("UserBulk")
        .needs("users:view")
        .scoped("users")
        .says("One act for many users; each act asks for its own permission."),
    act("users.password", "/users/{user}/password")
        .takes("UserPassword")
        .needs("users:edit_password")
        .scoped("users")
        .fresh()
        .says("A password for somebody else, who is asked to change it; the user's sessions end."),
    view("users.factors", "/users/{user}/factors", "Factors")
        .needs("users:manage_2fa")
        .scoped("users")
        .says("A user's second factors."),
    act("users.resetFactors", "/users/{user}/factors/reset")
        .needs("users:manage_2fa")
        .scoped("users")
        .fresh()
        .says("Takes away a user's second factors, backup codes and trusted devices."),
    act("users.enforceFactor", "/users/{user}/factors/enforce")
        .takes("Enforce")
        .needs("users:manage_2fa")
        .scoped("users")
        .says("Demands a second factor of a user, or no longer."),
    list("users.sessions", "/users/{user}/sessions", "Session")
        .needs("users:force_logout")
        .scoped("users")
        .sorted("-last_used|created")
        .says("A user's sessions."),
    endpoint("users.logout", Method::kDelete, "/users/{user}/sessions", Answer::kNothing, {})
        .needs("users:force_logout")
        .scoped("users")
        .says("Ends all of a user's sessions. A client notices at its next call; new connections are refused at once."),
    list("users.reach", "/users/{user}/reach", "Reach")
        .needs("users:view")
        .scoped("users")
        .sorted("device")
        .says("What a user can reach, and by which rule."),

    list("sessions.list", "/sessions", "Session")
        .admin()
        .scoped(kAllScopes)
        .filters(kSessionFilters)
        .sorted("-last_used|created")
        .says("Everybody's sessions."),
    remove("sessions.delete", "/sessions/{session}").admin().scoped(kAllScopes).says("Ends a session."),

    list("tokens.list", "/tokens", "Token")
        .scoped(kAllScopes)
        .filters(kTokenFilters)
        .sorted("name|created|last_used")
        .says("API and deploy tokens: one's own, for administrators all."),
    create("tokens.create", "/tokens", "Token")
        .scoped(kNoToken)
        .fresh()
        .says("A new token. It is in this answer and never shown again."),
    get("tokens.get", "/tokens/{token}", "Token").scoped(kAllScopes).says("A token's record."),
    edit("tokens.update", "/tokens/{token}", "Token").scoped(kNoToken).fresh().says("Changes name or networks."),
    remove("tokens.delete", "/tokens/{token}").scoped(kAllScopes).says("Revokes a token at once."),

    list("invitations.list", "/invitations", "Invitation")
        .needs("users:invite")
        .scoped("users")
        .filters(kInvitationFilters)
        .sorted("-created|email")
        .says("Invitations."),
    create("invitations.create", "/invitations", "Invitation")
        .needs("users:invite")
        .scoped("users")
        .says("Invites somebody by email; without mail the answer has the link to hand over."),
    remove("invitations.delete", "/invitations/{invitation}")
        .needs("users:invite")
        .scoped("users")
        .says("Revokes an invitation; its link ends."),
    act("password.forgot", "/password/forgot")
        .takes("PasswordForgot")
        .open()
        .says("Asks for a link by mail. The answer is the same whether there is such an account or not."),
    act("password.reset", "/password/reset")
        .takes("PasswordReset")
        .open()
        .says("Takes such a link: sets the password; then log in."),
    act("invitations.accept", "/invitations/accept")
        .takes("InvitationAccept")
        .open()
        .says("Takes an invitation: sets the password; then log in."),
};

}  // namespace

std::span<const Endpoint> people_endpoints() { return kEndpoints; }

}  // namespace junctor::accounts::admin
