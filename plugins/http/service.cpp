// SPDX-License-Identifier: Apache-2.0
#include "service.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

#include "connection.hpp"

namespace junctor::http {
namespace {

Service& of(void* self) { return *static_cast<Service*>(self); }
Exchanges& exchanges(void* self) { return of(self).core().exchanges; }

template <class Fn>
jct_status barrier(Fn&& fn) noexcept {
  jct_status answer = JCT_E_FAULT;
  const jct_status status = detail::guard(nullptr, [&] { answer = fn(); });
  return status == JCT_OK ? answer : status;
}

/// As large as both sides know it.
template <class Record>
Record copied(const Record* theirs) {
  Record mine{};
  std::memcpy(static_cast<void*>(&mine), theirs, std::min<size_t>(theirs->size, sizeof mine));
  return mine;
}

template <class Fn>
jct_status with_response(const jct_http_response* raw, bool upgrades, Fn&& fn) {
  return barrier([&]() -> jct_status {
    Response response;
    if (raw == nullptr || !copy_response(copied(raw), upgrades, &response)) return JCT_E_ARG;
    return fn(std::move(response));
  });
}

}  // namespace

jct_status Service::told(jct_status status, const std::string& why) const {
  if (status != JCT_OK) core_.host.error("http.route_refused", {{"reason", why}});
  return status;
}

jct_status Service::add(const jct_http_route* raw, jct_handle* out) {
  std::string why;
  const jct_status status = core_.routes.add(copied(raw), out, &why);
  return told(status, why);
}

jct_status Service::add(const jct_http_directory* raw, jct_handle* out) {
  std::string why;
  const jct_status status = core_.routes.add_directory(copied(raw), out, &why);
  return told(status, why);
}

void Service::unroute(jct_handle handle) {
  for (const auto& route : core_.routes.remove(handle)) {
    core_.exchanges.end_route(*route, core_.routes.heir_of(*route));
  }
}

jct_status Service::serve(jct_handle handle, const jct_conn_info& info, std::string_view scope) {
  if (core_.host.current_loop() == JCT_NO_LOOP) return JCT_E_THREAD;
  if (core_.here().draining) return JCT_E_STATE;
  auto connection = std::make_unique<Connection>(core_, info, false, std::string{scope});
  Stream stream{core_.host, handle};
  if (!connection->open(std::move(stream))) return JCT_E_CLOSED;
  static_cast<void>(connection.release());  // it goes with its stream
  return JCT_OK;
}

const jct_http_service& Service::table() {
  static constexpr jct_http_service kTable{
      sizeof(jct_http_service),
      0,
      [](void* self, const jct_http_route* route, jct_handle* out) {
        return barrier(
            [&]() -> jct_status { return route == nullptr || out == nullptr ? JCT_E_ARG : of(self).add(route, out); });
      },
      [](void* self, const jct_http_directory* directory, jct_handle* out) {
        return barrier([&]() -> jct_status {
          return directory == nullptr || out == nullptr ? JCT_E_ARG : of(self).add(directory, out);
        });
      },
      [](void* self, jct_handle route) { detail::guard(nullptr, [&] { of(self).unroute(route); }); },
      [](void* self, jct_handle exchange, const jct_http_response* response) {
        return with_response(response, false,
                             [&](Response&& whole) { return exchanges(self).respond(exchange, std::move(whole)); });
      },
      [](void* self, jct_handle exchange) { detail::guard(nullptr, [&] { exchanges(self).release(exchange); }); },
      [](void* self, jct_handle exchange) -> uint32_t { return exchanges(self).is_gone(exchange) ? 1 : 0; },
      [](void* self, jct_handle exchange) { return barrier([&] { return exchanges(self).body_more(exchange); }); },
      [](void* self, jct_handle exchange, const jct_http_response* response, const jct_http_stream* events) {
        if (events == nullptr) return jct_status{JCT_E_ARG};
        return with_response(response, false, [&](Response&& head) {
          return exchanges(self).stream_begin(exchange, std::move(head), copied(events));
        });
      },
      [](void* self, jct_handle exchange, jct_bytes piece) {
        return barrier([&] { return exchanges(self).stream_send(exchange, view(piece)); });
      },
      [](void* self, jct_handle exchange) { return barrier([&] { return exchanges(self).stream_end(exchange); }); },
      [](void* self, jct_handle exchange, const jct_http_response* response, jct_handle* stream) {
        if (stream == nullptr) return jct_status{JCT_E_ARG};
        return with_response(response, true,
                             [&](Response&& head) { return exchanges(self).take(exchange, std::move(head), stream); });
      },
      [](void* self, jct_addr* out, uint64_t capacity, uint64_t* count) -> jct_status {
        const auto& all = of(self).addresses;
        *count = all.size();
        for (uint64_t i = 0; i < *count && i < capacity; ++i) out[i] = all[i];
        return JCT_OK;
      },
      [](void* self, jct_handle stream, const jct_conn_info* info, jct_str scope) {
        return barrier([&]() -> jct_status {
          return info == nullptr ? JCT_E_ARG : of(self).serve(stream, copied(info), view(scope));
        });
      }};
  return kTable;
}

}  // namespace junctor::http
