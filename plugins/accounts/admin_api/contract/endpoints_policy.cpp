// SPDX-License-Identifier: Apache-2.0
// Calls about strategies, control roles and admin roles. Constant data.
#include "schemas.hpp"

namespace junctor::accounts::admin {
namespace {

constexpr Field kNameFilter[] = {
    text("name", 1, 64, "part of the name"),
};

constexpr Field kStrategyFilters[] = {
    text("name", 1, 64, "part of the name"),
    boolean("enabled", "enabled ones, or the others"),
};

constexpr Field kReceiptFilters[] = {
    word("delivery", "waiting|applied", "whether the device has it"),
};

constexpr Endpoint kEndpoints[] = {
    list("strategies.list", "/strategies", "Strategy")
        .needs("strategies:view")
        .scoped("strategies")
        .filters(kStrategyFilters)
        .sorted("name|modified")
        .says("Strategies."),
    create("strategies.create", "/strategies", "Strategy")
        .needs("strategies:edit")
        .scoped("strategies")
        .says("A new strategy; it starts disabled."),
    list("strategies.options", "/strategies/options", "StrategyOption")
        .needs("strategies:view")
        .scoped("strategies")
        .sorted("key")
        .says("Settings of clients: which can be pushed, with what values."),
    get("strategies.get", "/strategies/{strategy}", "Strategy")
        .needs("strategies:view")
        .scoped("strategies")
        .says("A strategy."),
    edit("strategies.update", "/strategies/{strategy}", "Strategy")
        .needs("strategies:edit")
        .scoped("strategies")
        .says("Changes a strategy; devices get it with their next heartbeat."),
    remove("strategies.delete", "/strategies/{strategy}")
        .needs("strategies:edit")
        .scoped("strategies")
        .says("Deletes a strategy: its assignments go, the next level applies, its keys are released."),
    act("strategies.assign", "/strategies/{strategy}/assign", "BulkAnswer")
        .takes("Assignment")
        .needs("strategies:view")
        .scoped("strategies")
        .says("Assigns it; each kind of target asks for its own permission."),
    act("strategies.unassign", "/strategies/{strategy}/unassign", "BulkAnswer")
        .takes("Assignment")
        .needs("strategies:view")
        .scoped("strategies")
        .says("Takes the assignment where it is this one."),
    list("strategies.assigned", "/strategies/{strategy}/assigned", "Assigned")
        .needs("strategies:view")
        .scoped("strategies")
        .sorted("name")
        .says("Where it was assigned."),
    list("strategies.receipts", "/strategies/{strategy}/receipts", "Receipt")
        .needs("strategies:view")
        .scoped("strategies")
        .filters(kReceiptFilters)
        .sorted("device")
        .says("Which of the devices that it governs have it."),

    list("controlRoles.list", "/control-roles", "ControlRole")
        .needs("control_roles:view")
        .scoped("control-roles")
        .filters(kNameFilter)
        .sorted("name")
        .says("Control roles."),
    create("controlRoles.create", "/control-roles", "ControlRole")
        .needs("control_roles:edit")
        .scoped("control-roles")
        .says("A new control role."),
    get("controlRoles.get", "/control-roles/{role}", "ControlRole")
        .needs("control_roles:view")
        .scoped("control-roles")
        .says("A control role."),
    edit("controlRoles.update", "/control-roles/{role}", "ControlRole")
        .needs("control_roles:edit")
        .scoped("control-roles")
        .says("Changes a control role; running sessions keep theirs."),
    remove("controlRoles.delete", "/control-roles/{role}")
        .needs("control_roles:edit")
        .scoped("control-roles")
        .says("Deletes a control role; its users fall to Default."),
    act("controlRoles.assign", "/control-roles/{role}/assign", "BulkAnswer")
        .takes("Users")
        .needs("users:update_control_role")
        .scoped("control-roles")
        .says("Gives it to users."),

    list("adminRoles.list", "/admin-roles", "AdminRole")
        .admin()
        .scoped("admin-roles")
        .filters(kNameFilter)
        .sorted("name")
        .says("Admin roles."),
    create("adminRoles.create", "/admin-roles", "AdminRole")
        .admin()
        .scoped("admin-roles")
        .fresh()
        .says("A new admin role."),
    list("adminRoles.permissions", "/admin-roles/permissions", "PermissionKind")
        .admin()
        .scoped("admin-roles")
        .sorted("permission")
        .says("Permissions that roles may give."),
    get("adminRoles.get", "/admin-roles/{role}", "AdminRole").admin().scoped("admin-roles").says("An admin role."),
    edit("adminRoles.update", "/admin-roles/{role}", "AdminRole")
        .admin()
        .scoped("admin-roles")
        .fresh()
        .says("Changes an admin role."),
    remove("adminRoles.delete", "/admin-roles/{role}")
        .admin()
        .scoped("admin-roles")
        .fresh()
        .says("Deletes an admin role."),
    act("adminRoles.assign", "/admin-roles/{role}/assign", "BulkAnswer")
        .takes("Users")
        .admin()
        .scoped("admin-roles")
        .fresh()
        .says("Gives it to users."),
    act("adminRoles.unassign", "/admin-roles/{role}/unassign", "BulkAnswer")
        .takes("Users")
        .admin()
        .scoped("admin-roles")
        .fresh()
        .says("Takes it from users."),
};

}  // namespace

std::span<const Endpoint> policy_endpoints() { return kEndpoints; }

}  // namespace junctor::accounts::admin
