// SPDX-License-Identifier: Apache-2.0
#include "api/descriptor.hpp"

#include <array>
#include <cstddef>

#include "api/net_objects.hpp"

namespace junctor::api {
namespace {

using config::Option;
using config::Type;

constexpr size_t kMaxOptions = 256;
constexpr size_t kMaxServices = 32;
constexpr int kMaxDepth = 3;
constexpr size_t kTypeCount = JCT_OPT_KEY;

std::string text(const char* raw) { return raw == nullptr ? std::string{} : std::string{raw}; }

std::optional<Type> type_of(uint32_t raw) {
  static constexpr std::array<Type, kTypeCount> kTypes = {
      Type::kBool,     Type::kInt,     Type::kString,  Type::kChoice,   Type::kDuration,
      Type::kSize,     Type::kRate,    Type::kAddress, Type::kNetwork,  Type::kPath,
      Type::kListener, Type::kRecords, Type::kHost,    Type::kHostPort, Type::kKey};
  if (raw < JCT_OPT_BOOL || raw > kTypes.size()) return std::nullopt;
  return kTypes[raw - 1];
}

config::Purpose purpose_of(uint32_t flags) {
  if ((flags & JCT_OPT_READ_FILE) != 0) return config::Purpose::kReadFile;
  if ((flags & JCT_OPT_WRITE_FILE) != 0) return config::Purpose::kWriteFile;
  return (flags & JCT_OPT_WRITE_DIR) != 0 ? config::Purpose::kWriteDir : config::Purpose::kAny;
}

bool read_options(const jct_option* const* raw, uint32_t count, int depth, std::vector<Option>* out, std::string* why);

bool read_option(const jct_option* raw, int depth, Option* out, std::string* why) {
  if (raw == nullptr || raw->size < offsetof(jct_option, help)) {
    *why = "an option record is null or too short";
    return false;
  }
  const jct_option mine = copy_record(raw);
  out->name = text(mine.name);
  const std::optional<Type> type = type_of(mine.type);
  if (!type) {
    *why = "option \"" + out->name + "\" has the unknown type " + std::to_string(mine.type) + ", expected 1 to " +
           std::to_string(kTypeCount);
    return false;
  }
  out->type = *type;
  out->help = text(mine.help);
  out->live = (mine.flags & JCT_OPT_LIVE) != 0;
  out->required = (mine.flags & JCT_OPT_REQUIRED) != 0;
  out->secret = (mine.flags & JCT_OPT_SECRET) != 0;
  out->list = (mine.flags & JCT_OPT_LIST) != 0;
  out->datagram = (mine.flags & JCT_OPT_UDP) != 0;
  out->purpose = purpose_of(mine.flags);
  out->has_default = mine.default_text != nullptr;
  out->default_text = text(mine.default_text);
  out->min = mine.min;
  out->max = mine.max;
  for (const char* const* choice = mine.choices; choice != nullptr && *choice != nullptr; ++choice) {
    out->choices.emplace_back(*choice);
  }
  return read_options(mine.fields, mine.field_count, depth + 1, &out->fields, why);
}

bool read_options(const jct_option* const* raw, uint32_t count, int depth, std::vector<Option>* out, std::string* why) {
  if (count == 0) return true;
  if (raw == nullptr || count > kMaxOptions || depth > kMaxDepth) {
    *why = "its option table is null, nested too deeply or has more than 256 entries";
    return false;
  }
  for (uint32_t i = 0; i < count; ++i) {
    Option option;
    if (!read_option(raw[i], depth, &option, why)) return false;
    out->push_back(std::move(option));
  }
  return true;
}

bool read_ids(const char* const* raw, std::vector<std::string>* out, std::string* why) {
  for (; raw != nullptr && *raw != nullptr; ++raw) {
    if (out->size() == kMaxServices) {
      *why = "it names more than 32 services; is the list ended by null?";
      return false;
    }
    out->emplace_back(*raw);
  }
  return true;
}

bool check_head(const jct_plugin& raw, const std::string& file_name, std::string* why) {
  if (raw.abi_minor_needed > JCT_ABI_MINOR) {
    *why = "it needs ABI 1." + std::to_string(raw.abi_minor_needed) + " (built with 1." +
           std::to_string(raw.abi_minor) + "), this kernel has 1." + std::to_string(JCT_ABI_MINOR) + "; update Junctor";
    return false;
  }
  if (text(raw.name) != file_name) {
    *why = "it calls itself \"" + text(raw.name) + "\", expected \"" + file_name + "\" like its file";
    return false;
  }
  if (raw.create == nullptr || raw.destroy == nullptr) {
    *why = "its descriptor lacks create or destroy";
    return false;
  }
  return true;
}

}  // namespace

std::optional<Descriptor> read_descriptor(const jct_plugin* theirs, const std::string& file_name, std::string* why) {
  if (theirs == nullptr || theirs->size < offsetof(jct_plugin, create)) {
    *why = "its entry gave no descriptor, or one that is too short";
    return std::nullopt;
  }
  Descriptor made;
  made.raw = copy_record(reinterpret_cast<const jct_claiming_plugin*>(theirs));  // as much as its size says
  if (!check_head(made.raw.plugin, file_name, why)) return std::nullopt;
  made.version = text(made.raw.plugin.version);
  made.schema.name = file_name;
  made.schema.summary = text(made.raw.plugin.summary);
  const bool read = read_ids(made.raw.plugin.provides, &made.schema.provides, why) &&
                    read_ids(made.raw.plugin.needs, &made.schema.needs, why) &&
                    read_options(made.raw.plugin.options, made.raw.plugin.option_count, 0, &made.schema.options, why);
  if (!read) return std::nullopt;
  const std::vector<std::string> faults = config::validate_schema(made.schema);
  if (!faults.empty()) {
    *why = "its option table is wrong: " + faults.front();
    return std::nullopt;
  }
  return made;
}

}  // namespace junctor::api
