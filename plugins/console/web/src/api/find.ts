// SPDX-License-Identifier: Apache-2.0
// What a Picker searches: a few of a kind by part of their name.
import type { Found } from '../parts/Picker';
import { api, take } from './client';

const kFew = 20;

export const findUsers = async (text: string): Promise<Found[]> =>
  (await take(api.GET('/users', { params: { query: { limit: kFew, ...(text ? { search: text } : {}) } } }))).items;

export const findUserGroups = async (text: string): Promise<Found[]> =>
  (await take(api.GET('/user-groups', { params: { query: { limit: kFew, ...(text ? { name: text } : {}) } } }))).items;

export const findDeviceGroups = async (text: string): Promise<Found[]> =>
  (await take(api.GET('/device-groups', { params: { query: { limit: kFew, ...(text ? { name: text } : {}) } } }))).items;

export const findStrategies = async (text: string): Promise<Found[]> =>
  (await take(api.GET('/strategies', { params: { query: { limit: kFew, ...(text ? { name: text } : {}) } } }))).items;

export const findControlRoles = async (text: string): Promise<Found[]> =>
  (await take(api.GET('/control-roles', { params: { query: { limit: kFew, ...(text ? { name: text } : {}) } } }))).items;

export const findBooks = async (text: string): Promise<Found[]> =>
  (await take(api.GET('/books', { params: { query: { limit: kFew, ...(text ? { name: text } : {}) } } }))).items;

export const findDevices = async (text: string): Promise<Found[]> => {
  const found = await take(api.GET('/devices', { params: { query: { limit: kFew, ...(text ? { search: text } : {}) } } }));
  return found.items.map((device) => ({ guid: device.guid, name: device.name ? `${device.id} · ${device.name}` : device.id }));
};
