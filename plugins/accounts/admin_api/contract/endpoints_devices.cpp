// SPDX-License-Identifier: Apache-2.0
// Calls about groups, edges, devices, the access tester and the preview. Constant data.
#include "schemas.hpp"

namespace junctor::accounts::admin {
namespace {

constexpr Field kGroupFilters[] = {
    text("name", 1, 64, "part of the name"),
};

constexpr Field kEdgeFilters[] = {
    word("subject_type", "user|user_group", "what the subject is"),
    guid("subject", "the subject"),
    word("object_type", "user_group|device_group|device", "what the object is"),
    guid("object", "the object"),
};

constexpr Field kDeviceFilters[] = {
    text("search", 1, 255, "part of id, name, username or owner"),
    text("id", 1, 100, "part of the id"),
    text("name", 1, 255, "part of the name"),
    text("username", 1, 255, "part of who is logged on there"),
    guid("owner", "owned by this user"),
    guid("owner_group", "owned by users of this group"),
    guid("group", "of this device group, extra memberships included"),
    guid("strategy", "with this strategy of its own"),
    word("state", "pending|active|disabled|banned", "state"),
    boolean("online", "those that are there, or the others"),
    boolean("unassigned", "without owner and group, or with"),
    boolean("orphan", "left over by a delete, or not"),
    boolean("conflict", "odd about their identity, or not"),
    word("os", "windows|linux|macos|android", "operating system"),
    text("version", 1, 64, "version of the client, or its begin"),
    text("address", 1, 64, "address, or its begin"),
    time("seen_before", "last online before this"),
    time("seen_after", "last online after this"),
    kFormat,
};

constexpr Endpoint kEndpoints[] = {
    list("userGroups.list", "/user-groups", "UserGroup")
        .needs("user_groups:view")
        .scoped("user-groups")
        .filters(kGroupFilters)
        .sorted("name|created")
        .says("User groups."),
    create("userGroups.create", "/user-groups", "UserGroup")
        .needs("user_groups:edit")
        .scoped("user-groups")
        .says("A new user group."),
    get("userGroups.get", "/user-groups/{group}", "UserGroup")
        .needs("user_groups:view")
        .scoped("user-groups")
        .says("A user group."),
    edit("userGroups.update", "/user-groups/{group}", "UserGroup")
        .needs("user_groups:edit")
        .scoped("user-groups")
        .says("Changes a user group."),
    remove("userGroups.delete", "/user-groups/{group}")
        .needs("user_groups:edit")
        .scoped("user-groups")
        .says("Deletes a user group: its members go to Default, its edges and rules go."),
    act("userGroups.addMembers", "/user-groups/{group}/add", "BulkAnswer")
        .takes("GroupMembers")
        .needs("users:update_group")
        .scoped("user-groups")
        .says("Moves users into the group, or gives them an extra membership."),
    act("userGroups.removeMembers", "/user-groups/{group}/remove", "BulkAnswer")
        .takes("GroupMembers")
        .needs("users:update_group")
        .scoped("user-groups")
        .says("Moves users from the group to Default, or takes the extra membership."),

    list("deviceGroups.list", "/device-groups", "DeviceGroup")
        .needs("device_groups:view")
        .scoped("device-groups")
        .filters(kGroupFilters)
        .sorted("name|created")
        .says("Device groups."),
    create("deviceGroups.create", "/device-groups", "DeviceGroup")
        .needs("device_groups:edit")
        .scoped("device-groups")
        .says("A new device group."),
    get("deviceGroups.get", "/device-groups/{group}", "DeviceGroup")
        .needs("device_groups:view")
        .scoped("device-groups")
        .says("A device group."),
    edit("deviceGroups.update", "/device-groups/{group}", "DeviceGroup")
        .needs("device_groups:edit")
        .scoped("device-groups")
        .says("Changes a device group."),
    remove("deviceGroups.delete", "/device-groups/{group}")
        .needs("device_groups:edit")
        .scoped("device-groups")
        .says("Deletes a device group: what it alone held becomes orphans, its edges go."),
    act("deviceGroups.addDevices", "/device-groups/{group}/add", "BulkAnswer")
        .takes("GroupDevices")
        .needs("devices:update_group")
        .scoped("device-groups")
        .says("Moves devices into the group, or gives them an extra membership."),
    act("deviceGroups.removeDevices", "/device-groups/{group}/remove", "BulkAnswer")
        .takes("GroupDevices")
        .needs("devices:update_group")
        .scoped("device-groups")
        .says("Takes devices out of the group, or the extra membership."),

    list("edges.list", "/edges", "Edge")
        .needs("user_groups:view")
        .scoped("user-groups")
        .filters(kEdgeFilters)
        .sorted("guid")
        .says("Who may reach what."),
    create("edges.create", "/edges", "Edge")
        .needs("user_groups:edit")
        .scoped("user-groups")
        .says("Lets a user or group reach a group's or device."),
    get("edges.get", "/edges/{edge}", "Edge").needs("user_groups:view").scoped("user-groups").says("An edge."),
    edit("edges.update", "/edges/{edge}", "Edge")
        .needs("user_groups:edit")
        .scoped("user-groups")
        .says("Changes when an edge holds."),
    remove("edges.delete", "/edges/{edge}")
        .needs("user_groups:edit")
        .scoped("user-groups")
        .says("Takes an edge away; the next request is refused."),

    list("devices.list", "/devices", "Device")
        .scoped("devices")
        .filters(listing(kDeviceFilters))
        .sorted("id|name|last_online|first_seen|owner|group")
        .says("Devices that the caller administers; for plain users those that they can reach."),
    get("devices.get", "/devices/{device}", "Device").scoped("devices").says("A device."),
    edit("devices.update", "/devices/{device}", "Device")
        .needs("devices:view")
        .scoped("devices")
        .says("Changes what is given; each field asks for its own permission."),
    remove("devices.delete", "/devices/{device}")
        .needs("devices:delete")
        .scoped("devices")
        .says("Deletes a disabled device. It is no ban: at its next contact it is new."),
    act("devices.bulk", "/devices/bulk", "BulkAnswer")
        .takes("DeviceBulk")
        .needs("devices:view")
        .scoped("devices")
        .says("One act for many devices; each act asks for its own permission."),
    act("devices.import", "/devices/import", "ImportAnswer")
        .takes("Import")
        .admin()
        .scoped("devices")
        .says("Takes a table of names, owners, groups and strategies for devices that have registered."),
    stream("devices.export", "/devices/export")
        .scoped("devices")
        .filters(kDeviceFilters)
        .says("All devices of the filter as a stream, in the form that import takes."),
    list("devices.reach", "/devices/{device}/reach", "Reach")
        .needs("devices:view")
        .scoped("devices")
        .sorted("user")
        .says("Who can reach a device, and by which rule."),
    act("devices.disconnect", "/devices/{device}/disconnect")
        .takes("Connections")
        .needs("audit:edit")
        .scoped("audit")
        .says("Ends connections to a device: it hears of it within 3 seconds."),

    act("access.test", "/access/test", "AccessAnswer")
        .takes("AccessTest")
        .needs("users:view")
        .scoped("users")
        .with(kUnlogged)
        .says("May this user reach that device? Signalling's own function answers."),
    act("access.preview", "/access/preview", "PreviewAnswer")
        .takes("Preview")
        .admin()
        .scoped(kAllScopes)
        .with(kUnlogged)
        .says("Who would gain and who would lose access by another call, which is carried out and taken back."),
};

}  // namespace

std::span<const Endpoint> device_endpoints() { return kEndpoints; }

}  // namespace junctor::accounts::admin
