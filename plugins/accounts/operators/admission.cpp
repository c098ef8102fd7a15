// SPDX-License-Identifier: Apache-2.0
// Who waits to be admitted, and the operator's word about it: `junctorctl peers waiting|approve|reject` where accounts
// has the devices. Inside a transaction.
#include <algorithm>
#include <charconv>

#include "accounts/api/json_out.hpp"
#include "accounts/api/refused.hpp"
#include "accounts/model/admission.hpp"
#include "accounts/operators/subjects.hpp"
#include "accounts/store/devices.hpp"
#include "auth_key/claim.hpp"

namespace junctor::accounts {
namespace {

constexpr int64_t kRowsPerPage = 100, kMostPages = 1'000'000;
constexpr size_t kMaxId = 100;
// An approved one that has not come has no uuid yet.
constexpr const char* kConcerned = "FROM {p}devices WHERE state IN (0, 3) OR (state = 1 AND uuid = ?1) ";

std::string print_of(const Device& device) {
  if (device.uuid.empty() && device.pk.empty()) return {};
  return std::string{auth::fingerprint(auth::claim_of(device.uuid, device.pk))};
}

const char* word_of(DeviceState state) {
  return state == DeviceState::kPending ? "waiting" : state == DeviceState::kBanned ? "rejected" : "approved";
}

int64_t page_of(const Request& request) {
  if (request.names.empty()) return 1;
  int64_t page = 0;
  const std::string text = request.names.size() == 2 && request.names[0] == "page" ? request.names[1] : "";
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), page);
  if (fault != std::errc{} || end != text.data() + text.size() || page < 1 || page > kMostPages) {
    throw Refused{"expected: peers waiting [page N]"};
  }
  return page;
}

std::string waiting(const Sql& sql, const Request& request, int64_t now) {
  const int64_t page = page_of(request), total = sql.number(std::string{"SELECT count(*) "} + kConcerned, {Blob{""}});
  const auto refs = sql.all(std::string{"SELECT id "} + kConcerned + "ORDER BY state, id LIMIT ?2 OFFSET ?3",
                            {Blob{""}, kRowsPerPage, (page - 1) * kRowsPerPage},
                            [](const Row& row) { return static_cast<Ref>(row.integer(0)); });
  std::vector<std::string> rows;
  for (const Ref ref : refs) {
    const Device device = device_by_ref(sql, ref).value();
    JsonObject row;
    row.put("id", device.device_id).put("state", word_of(device.state)).put("fingerprint", print_of(device));
    row.put("address", device.reported.ip).put("name", device.shown_name()).put("first_s", now - device.first_seen);
    rows.push_back(row.str());
  }
  JsonObject answer;
  answer.raw("rows", json_array(rows)).put("total", total).put("page", page);
  return answer.put("pages", std::max<int64_t>(1, (total + kRowsPerPage - 1) / kRowsPerPage)).str();
}

/// Nothing where no device has the id; throws where the one that has it is not the one that is meant.
std::optional<Device> meant(const Sql& sql, const Request& request) {
  const std::string& id = request.names.at(0);
  auto device = device_by_id(sql, id);
  const std::string print = request.names.size() > 1 ? request.names[1] : "";
  if (!print.empty() && (!device || print_of(*device) != print)) {
    throw Refused{"no device with the fingerprint " + print + " waits as " + id};
  }
  return device;
}

std::string said(const Device& device, bool approved) {
  JsonObject answer;
  answer.put("id", device.device_id).put("state", approved ? "approved" : "rejected");
  answer.put("fingerprint", print_of(device));
  return answer.put("holds_for", device.uuid.empty() ? "the first device that asks" : "this device").str();
}

/// One that has not asked yet is let in when it does, whoever is the first.
Device announced(const Sql& sql, const std::string& id, int64_t now, Touched& touched) {
  const auto printable = [](unsigned char c) { return c > ' ' && c != 0x7f; };
  if (id.empty() || id.size() > kMaxId || !std::all_of(id.begin(), id.end(), printable)) {
    throw Refused{"expected: peers approve ID [FINGERPRINT]"};
  }
  Device fresh;
  fresh.device_id = id;
  fresh.id = add_device(sql, fresh, now, touched);
  return fresh;
}

std::string approve(const Sql& sql, const Request& request, int64_t now, Touched& touched) {
  const auto device = meant(sql, request);
  if (!device) return said(announced(sql, request.names[0], now, touched), true);
  if (device->state == DeviceState::kDisabled) {
    throw Refused{device->device_id + " was admitted and is disabled: junctorctl device enable " + device->device_id};
  }
  const DeviceAct act = device->state == DeviceState::kBanned ? DeviceAct::kUnban : DeviceAct::kApprove;
  set_device_state(sql, device->id, after(device->state, act), touched);
  return said(*device, true);
}

std::string reject(const Sql& sql, const Request& request, Touched& touched) {
  const auto device = meant(sql, request);
  if (!device) throw Refused{"no device waits as " + request.names[0]};
  const bool here = device->state == DeviceState::kDisabled || device->state == DeviceState::kActive;
  if (here && !device->uuid.empty()) {
    throw Refused{device->device_id + " is admitted already: junctorctl device disable " + device->device_id};
  }
  set_device_state(sql, device->id, DeviceState::kBanned, touched);
  return said(*device, false);
}

}  // namespace

std::string about_admission(const Sql& sql, const Request& request, int64_t now, Touched& touched) {
  if (request.verb == "waiting") return waiting(sql, request, now);
  return request.verb == "approve" ? approve(sql, request, now, touched) : reject(sql, request, touched);
}

}  // namespace junctor::accounts
