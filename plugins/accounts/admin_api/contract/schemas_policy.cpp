// SPDX-License-Identifier: Apache-2.0
// Shapes of strategies, control roles and admin roles. Constant data.
#include "schemas.hpp"

namespace junctor::accounts::admin {
namespace {

constexpr Field kStrategy[] = {
    guid("guid", "the strategy").shown(),
    text("name", 1, 64, "unique, without regard to case").shown().needed().editable(),
    boolean("enabled", "a disabled one governs its devices with nothing; new ones start disabled")
        .shown()
        .settable()
        .editable(),
    boolean("enforce", "sent again every 5 minutes, so that local changes do not last").shown().settable().editable(),
    map("options", "", "", "key and text; an empty text sets the client's default; a missing key is not managed")
        .shown()
        .settable()
        .editable(),
    boolean("risky", "true: take options that can cut devices off").settable().editable(),
    boolean("built_in", "Default: neither renamed nor deleted").shown(),
    integer("governed", 0, 0, "devices that it governs").live(),
    time("modified", "when its content changed last").shown(),
};

constexpr Field kStrategyOption[] = {
    text("key", 0, 64, "as clients know it").shown(),
    word("type", "boolean|choice|number|text|list", "what to edit it with").shown(),
    text("words", 0, 64, "of a choice").many().shown(),
    text("default", 0, 255, "the client's own").shown(),
    boolean("risky", "can cut a device off").shown(),
    boolean("pushable", "clients take it from a strategy").shown(),
    text("help", 0, 500, "in the client's words; or why it cannot be pushed").shown(),
};

constexpr Field kAssignment[] = {
    guid("devices", "which").many().settable(),
    guid("users", "whose devices").many().settable(),
    guid("device_groups", "of which groups").many().settable(),
};

constexpr Field kAssigned[] = {
    word("level", "device|owner|group", "where it was assigned").shown(),
    guid("guid", "the device, user or device group").shown(),
    text("name", 0, 255, "its name; a device's id").shown(),
};

constexpr Field kReceipt[] = {
    object("device", "DeviceRef", "which").shown(),
    word("delivery", "waiting|applied", "whether it has said that it has it").shown(),
    time("sent", "null: not yet").shown().or_null(),
    text("keys", 0, 64, "in force there").many().shown(),
};

constexpr std::string_view kControls =
    "keyboard|remote_printer|clipboard|file|audio|camera|terminal|tunnel|restart|recording|block_input|remote_modify|"
    "privacy_mode";

constexpr Field kControlRole[] = {
    guid("guid", "the role").shown(),
    text("name", 1, 64, "unique, without regard to case").shown().needed().editable(),
    boolean("enabled", "a disabled one says nothing (missing: yes)").shown().settable().editable(),
    text("note", 0, 1000, "for administrators").shown().settable().editable(),
    map("permissions", kControls, "enable|disable",
        "a missing one leaves it to the device; enable opens what is closed there")
        .shown()
        .settable()
        .editable(),
    boolean("built_in", "Default and Not Logged: neither renamed nor deleted").shown(),
    integer("users", 0, 0, "who has it").live(),
};

constexpr Field kUsers[] = {
    guid("users", "whom").many().needed(),
};

constexpr Field kAdminRole[] = {
    guid("guid", "the role").shown(),
    text("name", 1, 64, "unique, without regard to case").shown().needed().editable(),
    word("type", "global|group|individual", "over what").shown().needed(),
    text("note", 0, 1000, "for administrators").shown().settable().editable(),
    text("permissions", 1, 64, "resource:action").many(64).shown().needed().editable(),
    object("user_groups", "Ref", "of a group role").many().shown(),
    guid("user_group_guids", "a given list replaces").many().settable().editable(),
    object("device_groups", "Ref", "of a group role").many().shown(),
    guid("device_group_guids", "a given list replaces").many().settable().editable(),
    boolean("unassigned", "of a group role: devices without owner and group, too").shown().settable().editable(),
    integer("users", 0, 0, "who has it").live(),
};

constexpr Field kPermissionKind[] = {
    text("permission", 0, 64, "resource:action").shown(),
    text("types", 0, 16, "of roles that may have it").many().shown(),
    text("help", 0, 500, "what it lets one do").shown(),
};

constexpr Schema kSchemas[] = {
    {"Strategy", "Settings for controlled devices.", kStrategy},
    {"StrategyOption", "A setting of clients.", kStrategyOption},
    {"Assignment", "What a strategy is to govern.", kAssignment},
    {"Assigned", "Where a strategy was assigned.", kAssigned},
    {"Receipt", "Whether a device has its strategy.", kReceipt},
    {"ControlRole", "What a controlling user may do in a session.", kControlRole},
    {"Users", "Users.", kUsers},
    {"AdminRole", "Delegated administration.", kAdminRole},
    {"PermissionKind", "A permission that roles may give.", kPermissionKind},
};

}  // namespace

std::span<const Schema> policy_schemas() { return kSchemas; }

}  // namespace junctor::accounts::admin
