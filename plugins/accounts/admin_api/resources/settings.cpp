// SPDX-License-Identifier: Apache-2.0
// Settings of the site (accounts.md 20), as administrators read and change them.
#include <Poco/Dynamic/Var.h>

#include "accounts/admin_api/contract/time_text.hpp"
#include "accounts/admin_api/core/authenticate.hpp"
#include "accounts/admin_api/core/site.hpp"
#include "accounts/admin_api/resources/resources.hpp"
#include "accounts/admin_api/settings/stored_settings.hpp"

namespace junctor::accounts::admin {
namespace {

using Setting = SiteSettings::Setting;

struct Change {
  std::string value;  // JSON
  int64_t changed = 0;
  std::string by;
};
using Changes = std::map<std::string, Change>;

Changes stored(const Sql& sql) {
  Changes out;
  sql.exec("SELECT name, value, changed, changed_by FROM {p}settings ORDER BY name", {}, [&](const Row& row) {
    out[row.text(0)] = {row.text(1), row.integer(2), row.text(3)};
  });
  return out;
}

SiteSettings::Stored values_of(const Changes& changes) {
  SiteSettings::Stored out;
  for (const auto& [name, change] : changes) out[name] = change.value;
  return out;
}

std::string bound(const Setting& setting, int64_t number) {
  const std::string word{type_word(setting)};
  if ((word != "count" && word != "duration") || setting.option.min > setting.option.max) return {};
  std::string text = SiteSettings::json(setting, {number, {}});
  return word == "duration" ? text.substr(1, text.size() - 2) : text;
}

std::string json_of(const Setting& setting, const Change* change) {
  std::vector<std::string> choices;
  if (setting.option.type == JCT_OPT_CHOICE) {
    for (const char* const* one = setting.option.choices; *one != nullptr; ++one) choices.emplace_back(*one);
  }
  const bool changed = setting.changed && change != nullptr;
  return JsonObject{}
      .put("name", setting.name())
      .put("type", type_word(setting))
      .raw("value", SiteSettings::json(setting, setting.value))
      .raw("default", SiteSettings::json(setting, setting.fallback))
      .raw("choices", json_texts(choices))
      .put("low", bound(setting, setting.option.min))
      .put("high", bound(setting, setting.option.max))
      .put("help", std::string_view{setting.option.help})
      .put("source", setting.is_locked() ? "file"
                     : changed           ? "console"
                                         : "default")
      .raw("changed", changed ? http::json_string(time_text(change->changed)) : "null")
      .put("changed_by", changed ? change->by : std::string{})
      .str();
}

Entity entity(const Call& call) {
  const Changes changes = stored(call.sql);
  const SiteSettings all = call.site.settings()->with(values_of(changes));
  std::vector<std::string> rows;
  for (const Setting& one : all.all()) {
    if (!one.is_live()) continue;
    const auto change = changes.find(std::string{one.name()});
    rows.push_back(json_of(one, change == changes.end() ? nullptr : &change->second));
  }
  Entity out;
  out.fixed.raw("settings", json_array(rows));
  return out;
}

/// What the table of options cannot say.
void check_sense(const Call& call, const Setting& setting, const SettingValue& value, const std::string& field) {
  if (setting.name() == "public_url" && !value.texts.front().empty()) {
    const std::string& url = value.texts.front();
    const bool web = url.rfind("https://", 0) == 0 || url.rfind("http://", 0) == 0;
    if (!web || url.find_first_of(" \"<>") != std::string::npos || url.size() < 10) {
      refuse_field(field, "invalid", "expected an address such as https://rd.example.org");
    }
  }
  if (setting.name() != "admin_networks" && setting.name() != "console_networks") return;
  std::string networks;
  for (const std::string& one : value.texts) networks += (networks.empty() ? "" : ",") + one;
  if (lets(networks, call.ask.address)) return;
  refuse_field(field, "locks_out", "this would lock you out: your own address is " + call.ask.address);
}

SettingValue parsed(const Setting& setting, const Poco::Dynamic::Var& value, const std::string& field) {
  try {
    return SiteSettings::parse(setting, value);
  } catch (const std::invalid_argument& fault) {
    refuse_field(field, "invalid", fault.what());
  }
}

void change_one(Call& call, const SiteSettings& all, const std::string& name, const Poco::Dynamic::Var& value) {
  const std::string field = "values/" + name;
  const Setting* setting = all.find(name);
  if (setting == nullptr || !setting->is_live()) refuse_field(field, "invalid", "there is no such setting");
  if (setting->is_locked()) refuse_field(field, "locked", "the configuration's files set it: change it there", 409);
  const SettingValue fresh = value.isEmpty() ? setting->fallback : parsed(*setting, value, field);
  check_sense(call, *setting, fresh, field);
  if (fresh == setting->value) return;
  const std::string json = SiteSettings::json(*setting, fresh);
  if (fresh == setting->fallback) {
    call.sql.exec("DELETE FROM {p}settings WHERE name = ?1", {name});
  } else {
    call.sql.exec(
        "INSERT INTO {p}settings (name, value, changed, changed_by) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (name) DO "
        "UPDATE SET value = ?2, changed = ?3, changed_by = ?4",
        {name, json, call.now, call.caller.name});
  }
  call.log(Subject::kSettings, Operation::kUpdateSettings, name, SiteSettings::json(*setting, setting->value), json);
}

Reply get(Call& call) { return call.shown(entity(call)); }

Reply update(Call& call) {
  call.require_match(entity(call));
  if (!call.has("values")) return call.shown(entity(call));
  const SiteSettings all = call.site.settings()->with(stored_settings(call.sql));
  for (const auto& [name, value] : *call.body->getObject("values")) change_one(call, all, name, value);
  call.settings = stored_settings(call.sql);
  return call.shown(entity(call));
}

}  // namespace

void add_settings(Handlers& out) { out.insert({{"settings.get", get}, {"settings.update", update}}); }

}  // namespace junctor::accounts::admin
