// SPDX-License-Identifier: Apache-2.0
// Shapes of devices, the two kinds of groups, edges, the access tester and the preview. Constant data.
#include "schemas.hpp"

namespace junctor::accounts::admin {
namespace {

constexpr std::string_view kStates = "pending|active|disabled|banned";
constexpr std::string_view kSubjects = "user|user_group";
constexpr std::string_view kObjects = "user_group|device_group|device";

constexpr Field kUserGroup[] = {
    guid("guid", "the group").shown(),
    text("name", 1, 64, "unique, without regard to case; no device group's or user's").shown().needed().editable(),
    text("note", 0, 1000, "for administrators").shown().settable().editable(),
    boolean("members_reach_each_other", "members reach each other's devices (missing: yes)")
        .shown()
        .settable()
        .editable(),
    text("networks", 1, 64, "members may start from here alone; empty: from anywhere")
        .many(64)
        .shown()
        .settable()
        .editable(),
    boolean("built_in", "Default: neither renamed nor deleted").shown(),
    integer("members", 0, 0, "users whose group it is").live(),
    time("created", "when").shown(),
};

constexpr Field kDeviceGroup[] = {
    guid("guid", "the group").shown(),
    text("name", 1, 64, "unique, without regard to case; no user group's or user's").shown().needed().editable(),
    text("note", 0, 1000, "for administrators").shown().settable().editable(),
    object("strategy", "Ref", "of its devices, unless they or their owners have one").shown().or_null(),
    guid("strategy_guid", "null: none").settable().editable().or_null().asks("device_groups:update_strategy"),
    integer("devices", 0, 0, "devices whose group it is").live(),
    time("created", "when").shown(),
};

constexpr Field kMembers[] = {
    guid("users", "whom").many().needed(),
    boolean("extra", "an extra membership, beside the user's group (missing: no)").settable(),
};

constexpr Field kGroupDevices[] = {
    guid("devices", "which").many().needed(),
    boolean("extra", "an extra membership, for access and lists alone (missing: no)").settable(),
};

constexpr Field kParty[] = {
    word("type", "user|user_group|device_group|device", "what it is").shown(),
    guid("guid", "the object").shown(),
    text("name", 0, 255, "its name; a device's id").shown(),
};

constexpr Field kHours[] = {
    word("day", "mon|tue|wed|thu|fri|sat|sun", "of the week, in UTC").shown().needed(),
    text("from", 5, 5, "08:00").shown().needed(),
    text("until", 5, 5, "18:00; 24:00 is the day's end").shown().needed(),
};

constexpr Field kEdge[] = {
    guid("guid", "the edge").shown(),
    object("subject", "Party", "who may reach").shown(),
    word("subject_type", kSubjects, "what the subject is").needed(),
    guid("subject_guid", "the subject").needed(),
    object("object", "Party", "whose or which devices").shown(),
    word("object_type", kObjects, "what the object is").needed(),
    guid("object_guid", "the object").needed(),
    time("from", "not before; null: at once").shown().settable().editable().or_null(),
    time("until", "not after; null: for ever").shown().settable().editable().or_null(),
    object("hours", "WeekHours", "only then; empty: always").many(64).shown().settable().editable(),
};

constexpr Field kReported[] = {
    text("hostname", 0, 255, "as the device says").shown(),
    text("username", 0, 255, "who is logged on there").shown(),
    text("os", 0, 255, "operating system").shown(),
    text("cpu", 0, 255, "processor").shown(),
    text("memory", 0, 255, "memory").shown(),
    text("version", 0, 64, "of the client").shown(),
    text("address", 0, 64, "where it was seen last").shown(),
};

constexpr Field kDevice[] = {
    guid("guid", "the device").shown(),
    text("id", 1, 100, "what one types to reach it").shown(),
    word("state", kStates, "pending: waits for approval").shown(),
    boolean("online", "signalling knows it, or a heartbeat came within 45 s").live(),
    boolean("api_seen", "heartbeats come: names, logs and strategies work").live(),
    time("last_online", "null: never").live().or_null(),
    time("first_seen", "when it came").shown(),
    text("name", 0, 255, "the given one, else what the device says").shown().editable().asks("devices:edit"),
    text("username", 0, 255, "the given one, else what the device says").shown().editable().asks("devices:edit"),
    text("note", 0, 1000, "for administrators").shown().editable().asks("devices:edit"),
    boolean("incoming_only", "nobody starts connections from a session of this device")
        .shown()
        .editable()
        .asks("devices:edit"),
    object("owner", "Ref", "null: nobody").shown().or_null(),
    guid("owner_guid", "null: nobody").editable().or_null().asks("devices:assign_user"),
    object("group", "Ref", "null: none").shown().or_null(),
    guid("group_guid", "null: none").editable().or_null().asks("devices:update_group"),
    object("extra_groups", "Ref", "for access and lists alone").many().shown(),
    guid("extra_group_guids", "a given list replaces").many().editable().asks("devices:update_group"),
    object("strategy", "Ref", "its own; null: the owner's, the group's or Default").shown().or_null(),
    guid("strategy_guid", "null: none").editable().or_null().asks("devices:update_strategy"),
    object("effective_strategy", "EffectiveStrategy", "what it gets").live(),
    boolean("orphan", "a delete left it without owner, group and share: administrators alone reach it")
        .shown()
        .editable()
        .asks("devices:assign_user"),
    text("conflict", 0, 255, "what is odd about its identity; empty: nothing").shown(),
    object("reported", "DeviceReport", "what it says of itself").live(),
    object("assigned_by", "AssignedBy", "who set what").shown(),
    text("wishes", 0, 1000, "presets that it asked for and did not get; empty: none").shown(),
    integer("connections", 0, 0, "open at this moment").live(),
};

constexpr Field kAssignedBy[] = {
    word("owner", "nobody|admin|login|preset", "who set the owner").shown(),
    word("group", "nobody|admin|login|preset", "who set the group").shown(),
    word("strategy", "nobody|admin|login|preset", "who set the strategy").shown(),
};

constexpr Field kEffectiveStrategy[] = {
    object("strategy", "Ref", "null: none").shown().or_null(),
    word("level", "none|device|owner|group|default", "where it comes from").shown(),
    word("delivery", "none|waiting|applied", "whether the device has said that it has it").shown(),
};

constexpr Field kDeviceChange[] = {
    guid("owner_guid", "null: nobody").settable().or_null().asks("devices:assign_user"),
    guid("group_guid", "null: none").settable().or_null().asks("devices:update_group"),
    guid("strategy_guid", "null: none").settable().or_null().asks("devices:update_strategy"),
    text("note", 0, 1000, "for administrators").settable().asks("devices:edit"),
};

constexpr Field kDeviceBulk[] = {
    word("action", "approve|enable|disable|delete|ban|unban|set", "what to do with each; delete disables first")
        .needed(),
    guid("devices", "which").many().needed(),
    object("set", "DeviceChange", "with set: what to change").settable(),
};

constexpr Field kConnections[] = {
    integer("connections", -2147483648LL, 2147483647LL, "numbers of connections on the device; empty: all")
        .many()
        .settable(),
};

constexpr Field kReach[] = {
    object("user", "Ref", "who").shown(),
    object("device", "DeviceRef", "reaches what").shown(),
    text("ground", 0, 64, "by which rule of accounts.md 3.1").shown(),
    text("explanation", 0, 500, "the same in words").shown(),
};

constexpr Field kDeviceRef[] = {
    guid("guid", "the device").shown(),
    text("id", 0, 100, "what one types to reach it").shown(),
    text("name", 0, 255, "its name").shown(),
};

constexpr Field kAccessTest[] = {
    guid("user_guid", "null or missing: somebody who is not logged in").settable().or_null(),
    text("device_id", 1, 100, "id of the device").needed(),
    text("address", 0, 64, "from where; missing: not looked at").settable().or_null(),
    time("at", "when; missing: now").settable().or_null(),
};

constexpr Field kAccessAnswer[] = {
    boolean("allowed", "what signalling would say").shown(),
    text("reason", 0, 64, "stable word of the row of accounts.md 3 that decided").shown(),
    text("ground", 0, 64, "which rule of 3.1 lets him; empty: none").shown(),
    text("explanation", 0, 500, "the same in words").shown(),
    text("refusal", 0, 500, "what the client would show; empty when allowed").shown(),
    boolean("online", "the device is there").shown(),
    object("control_role", "Ref", "applied to the session; null: none").shown().or_null(),
    object("strategy", "EffectiveStrategy", "what governs the device").shown(),
};

constexpr Field kPreview[] = {
    word("method", "POST|PUT|PATCH|DELETE", "of the call").needed(),
    text("path", 1, 1000, "of the call, below /api/admin/v1").needed(),
    map("body", "", "*", "of the call; missing: none").settable().or_null(),
};

constexpr Field kPreviewRow[] = {
    object("user", "Ref", "whose access changes").shown(),
    object("device", "DeviceRef", "to what").shown(),
    text("ground", 0, 64, "which rule lets in: then, or until now").shown(),
    text("explanation", 0, 500, "the same in words").shown(),
};

constexpr Field kPreviewAnswer[] = {
    integer("gained", 0, 0, "pairs of a user and a device that he would reach").shown(),
    integer("lost", 0, 0, "pairs that would end").shown(),
    object("gains", "PreviewRow", "the first 200 of them").many().shown(),
    object("losses", "PreviewRow", "the first 200 of them").many().shown(),
};

constexpr Schema kSchemas[] = {
    {"Preview", "A call that is only to be looked at.", kPreview},
    {"PreviewRow", "A user and a device.", kPreviewRow},
    {"PreviewAnswer", "What a call would change.", kPreviewAnswer},
    {"UserGroup", "A group of users.", kUserGroup},
    {"DeviceGroup", "A group of devices.", kDeviceGroup},
    {"GroupMembers", "Users for a group.", kMembers},
    {"GroupDevices", "Devices for a group.", kGroupDevices},
    {"Party", "One end of an edge.", kParty},
    {"WeekHours", "A span of a week.", kHours},
    {"Edge", "Who may reach what.", kEdge},
    {"DeviceReport", "What a device says of itself.", kReported},
    {"AssignedBy", "Who set what.", kAssignedBy},
    {"EffectiveStrategy", "The strategy that wins.", kEffectiveStrategy},
    {"Device", "A device.", kDevice},
    {"DeviceChange", "What many devices get.", kDeviceChange},
    {"DeviceBulk", "One act for many devices.", kDeviceBulk},
    {"Connections", "Connections to end.", kConnections},
    {"DeviceRef", "A device.", kDeviceRef},
    {"Reach", "A user who reaches a device.", kReach},
    {"AccessTest", "May this user reach that device?", kAccessTest},
    {"AccessAnswer", "Whether, and why.", kAccessAnswer},
};

}  // namespace

std::span<const Schema> device_schemas() { return kSchemas; }

}  // namespace junctor::accounts::admin
