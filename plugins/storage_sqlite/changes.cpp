// SPDX-License-Identifier: Apache-2.0
// How much waiting requests hold. Any thread.
#include "storage_sqlite/changes.hpp"

namespace junctor::storage {
namespace {

struct Texts {
  size_t operator()(const PutPeer& put) const { return bytes_of(put.peer); }
  size_t operator()(const RenamePeer& rename) const {
    return rename.old_id.size() + rename.new_id.size() + rename.uuid.size();
  }
  size_t operator()(const RemovePeer& remove) const { return remove.id.size(); }
  size_t operator()(const PutValue& put) const { return put.space.size() + put.key.size() + put.value.size(); }
  size_t operator()(const RemoveValue& remove) const { return remove.space.size() + remove.key.size(); }
  size_t operator()(const GetPeer& get) const { return get.id.size(); }
  size_t operator()(const GetValue& get) const { return get.space.size() + get.key.size(); }
  size_t operator()(const ScanPeers& scan) const { return scan.after.size(); }
  size_t operator()(const ScanValues& scan) const { return scan.space.size() + scan.after.size(); }
};

}  // namespace

size_t cost_of(const Write& write) { return sizeof(Write) + std::visit(Texts{}, write.change); }
size_t cost_of(const Read& read) { return sizeof(Read) + std::visit(Texts{}, read.what); }

}  // namespace junctor::storage
