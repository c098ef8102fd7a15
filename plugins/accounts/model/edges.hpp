// SPDX-License-Identifier: Apache-2.0
// The edges of the access graph: who is let into what (accounts.md 1, 3.1). One fact, whichever side it is edited from.
// Owned by whoever holds the model; reading from any thread while nobody writes.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "accounts/model/hours.hpp"
#include "accounts/model/ref.hpp"

namespace junctor::accounts {

enum class SubjectKind : uint8_t { kUser, kUserGroup };
enum class ObjectKind : uint8_t { kUserGroup, kDeviceGroup, kDevice };

struct Subject {
  SubjectKind kind;
  Ref ref;
  bool operator==(const Subject&) const = default;
};

struct Object {
  ObjectKind kind;
  Ref ref;
  bool operator==(const Object&) const = default;
};

struct Edge {
  Subject subject;
  Object object;
  bool operator==(const Edge&) const = default;
};

class Edges {
 public:
  void put(const Edge& edge, Validity validity = {}) {
    if (edges_.insert_or_assign(edge, std::move(validity)).second) count(edge, 1);
  }
  void remove(const Edge& edge) {
    if (edges_.erase(edge) != 0) count(edge, -1);
  }
  /// nullptr where there is none.
  const Validity* find(const Edge& edge) const {
    const auto found = edges_.find(edge);
    return found == edges_.end() ? nullptr : &found->second;
  }
  /// Is the device shared with anyone, whatever the hour? What is shared is not "unassigned".
  bool shared(Ref device) const { return shares_.count(device) != 0; }
  /// A group or user is gone: its edges on either side go too.
  void remove_all(Subject subject) {
    remove_if([&](const Edge& edge) { return edge.subject == subject; });
  }
  void remove_all(Object object) {
    remove_if([&](const Edge& edge) { return edge.object == object; });
  }
  const auto& all() const { return edges_; }
  void clear() {
    edges_.clear();
    shares_.clear();
  }

 private:
  struct Hash {
    size_t operator()(const Edge& edge) const {
      const uint64_t subject = static_cast<uint64_t>(edge.subject.ref) << 2 | static_cast<uint64_t>(edge.subject.kind);
      const uint64_t object = static_cast<uint64_t>(edge.object.ref) << 2 | static_cast<uint64_t>(edge.object.kind);
      return static_cast<size_t>((subject * 0x9E3779B97F4A7C15u) ^ (object * 0xC2B2AE3D27D4EB4Fu + (subject >> 7)));
    }
  };

  void count(const Edge& edge, int by) {
    if (edge.object.kind != ObjectKind::kDevice) return;
    const auto found = shares_.try_emplace(edge.object.ref, 0).first;
    if ((found->second += by) == 0) shares_.erase(found);
  }
  template <class Test>
  void remove_if(const Test& test) {
    for (auto at = edges_.begin(); at != edges_.end();) {
      if (test(at->first)) {
        count(at->first, -1);
        at = edges_.erase(at);
      } else {
        ++at;
      }
    }
  }

  std::unordered_map<Edge, Validity, Hash> edges_;
  std::unordered_map<Ref, int> shares_;
};

}  // namespace junctor::accounts
