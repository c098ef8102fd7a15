// SPDX-License-Identifier: Apache-2.0
// The C table, asked.
#include "accounts/login/providers.hpp"

#include <algorithm>
#include <memory>

namespace junctor::accounts {
namespace {

constexpr size_t kProvidersMost = 100;
constexpr size_t kNameMax = 64;

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= kNameMax && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

ProviderInfo info_of(const jct_login_provider& raw, size_t service) {
  ProviderInfo info;
  info.name = view(raw.name);
  info.title = raw.title.size == 0 ? info.name : std::string{view(raw.title)};
  info.icon = view(raw.icon);
  info.issuer = view(raw.issuer);
  info.checks_passwords = raw.kind == JCT_LOGIN_PASSWORD;
  info.ready = (raw.flags & JCT_LOGIN_READY) != 0;
  info.creates = (raw.flags & JCT_LOGIN_CREATES) != 0;
  info.links_mail = (raw.flags & JCT_LOGIN_LINKS_MAIL) != 0;
  info.local_factor = (raw.flags & JCT_LOGIN_LOCAL_FACTOR) != 0;
  info.sync_brake = raw.sync_brake;
  info.sync_seconds = static_cast<int64_t>(raw.sync_seconds);
  info.service = service;
  return info;
}

}  // namespace

Providers::Providers(const Host& host) : host_{host} {
  for (const jct_service_ref& ref : host.find_all(JCT_LOGIN_SERVICE)) {
    services_.push_back(Service<jct_login_service>::adopt(ref));
  }
}

std::vector<ProviderInfo> Providers::all() const {
  struct Gather {
    std::vector<ProviderInfo> found;
    size_t service = 0;
  } gather;
  for (size_t i = 0; i < services_.size(); ++i) {
    gather.service = i;
    services_[i].table.providers(services_[i].self, &gather, [](void* to, const jct_login_provider* raw) {
      auto& all = *static_cast<Gather*>(to);
      ProviderInfo info = info_of(detail::adopt<jct_login_provider>(raw), all.service);
      const auto same = [&](const ProviderInfo& one) { return one.name == info.name; };
      const bool known = std::any_of(all.found.begin(), all.found.end(), same);
      if (is_name(info.name) && !known && all.found.size() < kProvidersMost) all.found.push_back(std::move(info));
    });
  }
  return std::move(gather.found);
}

std::optional<ProviderInfo> Providers::named(std::string_view name) const {
  for (ProviderInfo& one : all()) {
    if (one.name == name) return std::move(one);
  }
  return std::nullopt;
}

bool Providers::any_ready() const {
  const auto there = all();
  return std::any_of(there.begin(), there.end(), [](const ProviderInfo& one) { return one.ready; });
}

jct_login_done Providers::done_for(Answered fn) const {
  auto heard = [fn = std::move(fn)](jct_status status, const jct_login_person* raw, jct_str hint) {
    Answer answer;
    answer.status = status == JCT_OK && raw == nullptr ? JCT_E_FAULT : status;
    if (answer.status == JCT_OK) answer.person = LoginPerson::adopt(detail::adopt<jct_login_person>(raw));
    answer.hint = view(hint);
    fn(answer);
  };
  using Once = detail::Once<decltype(heard)>;
  return {detail::once(host_, std::move(heard)),
          [](void* self, jct_status status, const jct_login_person* raw, jct_str hint) {
            Once::call(self, status, raw, hint);
          },
          host_.answer_loop(), 0};
}

void Providers::check(const ProviderInfo& provider, const std::string& name, const std::string& password,
                      Answered fn) const {
  const auto& service = services_[provider.service];
  if (service.table.check == nullptr) return fn({JCT_E_UNSUPPORTED, {}, "it checks no passwords"});
  const jct_login_done done = done_for(std::move(fn));
  service.table.check(service.self, str(provider.name), str(name), str(password), &done);
}

void Providers::begin(const ProviderInfo& provider, const std::string& state, const std::string& callback,
                      Begun fn) const {
  const auto& service = services_[provider.service];
  if (service.table.begin == nullptr) return fn(JCT_E_UNSUPPORTED, {}, "it sends nobody anywhere");
  auto heard = [fn = std::move(fn)](jct_status status, jct_str url, jct_str hint) {
    fn(status, std::string{view(url)}, std::string{view(hint)});
  };
  using Once = detail::Once<decltype(heard)>;
  const jct_login_begun done{
      detail::once(host_, std::move(heard)),
      [](void* self, jct_status status, jct_str url, jct_str hint) { Once::call(self, status, url, hint); },
      host_.answer_loop(), 0};
  service.table.begin(service.self, str(provider.name), str(state), str(callback), &done);
}

void Providers::finish(const ProviderInfo& provider, const Return& came, Answered fn) const {
  const auto& service = services_[provider.service];
  if (service.table.finish == nullptr) return fn({JCT_E_UNSUPPORTED, {}, "nobody comes back from it"});
  const jct_login_done done = done_for(std::move(fn));
  service.table.finish(service.self, str(provider.name), str(came.state), str(came.callback), str(came.query), &done);
}

void Providers::persons(const ProviderInfo& provider, const std::vector<std::string>& subjects, Listed fn) const {
  const auto& service = services_[provider.service];
  if (service.table.persons == nullptr) return fn(JCT_E_UNSUPPORTED, {}, "it cannot say who is still there");
  struct Rows {
    Gate gate;
    Listed fn;
    std::vector<LoginPerson> persons;
    size_t most;
  };
  std::vector<jct_str> views;
  views.reserve(subjects.size());
  for (const std::string& subject : subjects) views.push_back(str(subject));
  const jct_login_rows rows{
      new Rows{host_.gate(), std::move(fn), {}, subjects.size()},
      [](void* self, const jct_login_person* raw) {
        auto* into = static_cast<Rows*>(self);
        into->gate.inside([&] {
          if (into->persons.size() >= into->most) return;
          into->persons.push_back(LoginPerson::adopt(detail::adopt<jct_login_person>(raw)));
        });
      },
      [](void* self, jct_status status, jct_str hint) {
        const std::unique_ptr<Rows> into{static_cast<Rows*>(self)};
        into->gate.inside([&] { into->fn(status, std::move(into->persons), std::string{view(hint)}); });
      },
      host_.answer_loop(), 0};
  service.table.persons(service.self, str(provider.name), views.data(), views.size(), &rows);
}

}  // namespace junctor::accounts
