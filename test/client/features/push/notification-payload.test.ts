import { NotificationPayload, notificationPayload, PubNubError } from 'timetoken';
import { describe, expect, it } from 'vitest';

const TARGETS = [{ targets: [{ topic: 'com.example.app' }] }];

function full(): NotificationPayload {
  const notification = notificationPayload('Title', 'Body');
  Object.assign(notification, { subtitle: 'Sub', sound: 'ding', badge: 3 });
  Object.assign(notification.fcm, { icon: 'icon', tag: 'tag', data: { key: 'value' } });
  notification.apns.configurations = TARGETS;
  notification.apns.payload = { key: 'value' };
  return notification;
}

const PN_PUSH = [
  {
    auth_method: 'token',
    targets: [{ topic: 'com.example.app', environment: 'development' }],
    version: 'v2',
  },
];

describe('the payload of a notification', () => {
  it('for apns has an alert, and what else was said', () => {
    expect(full().buildPayload(['apns'])).toEqual({
      pn_apns: {
        key: 'value',
        aps: { alert: { title: 'Title', subtitle: 'Sub', body: 'Body' }, badge: 3, sound: 'ding' },
      },
    });
  });

  it.each([[['apns2']], [['apns', 'apns2']]] as const)('for %j names the targets', (platforms) => {
    expect(full().buildPayload(platforms)).toMatchObject({ pn_apns: { pn_push: PN_PUSH } });
  });

  it('for apns2 says how it is delivered', () => {
    const notification = notificationPayload('T');
    notification.apns.configurations = [
      {
        targets: [{ topic: 't', environment: 'production', excludedDevices: ['d'] }],
        collapseId: 'c',
        expirationDate: new Date(0),
      },
    ];
    expect(notification.buildPayload(['apns2'])).toEqual({
      pn_apns: {
        aps: { alert: { title: 'T' } },
        pn_push: [
          {
            auth_method: 'token',
            targets: [{ topic: 't', environment: 'production', excluded_devices: ['d'] }],
            version: 'v2',
            collapse_id: 'c',
            expiration: '1970-01-01T00:00:00.000Z',
          },
        ],
      },
    });
  });

  it.each([[[]], [[{ targets: [] }]], [[...TARGETS, { targets: [] }]]])(
    'for apns2 needs a target in each configuration: %j has none',
    (configurations) => {
      const notification = full();
      notification.apns.configurations = configurations;
      expect(() => notification.buildPayload(['apns2'])).toThrow(PubNubError);
      expect(() => notification.buildPayload(['apns', 'fcm'])).not.toThrow();
    },
  );

  it('for fcm keeps what is for Android apart', () => {
    expect(full().buildPayload(['fcm'])).toEqual({
      pn_fcm: {
        notification: { title: 'Title', body: 'Body' },
        android: { notification: { sound: 'ding', icon: 'icon', tag: 'tag' } },
        data: { key: 'value' },
      },
    });
  });

  it('for gcm has it all in one', () => {
    expect(full().buildPayload(['gcm'])).toEqual({
      pn_gcm: {
        notification: { title: 'Title', body: 'Body', sound: 'ding', icon: 'icon', tag: 'tag' },
        data: { key: 'value' },
      },
    });
  });

  it('that is silent shows nothing', () => {
    const notification = full();
    notification.apns.silent = true;
    notification.fcm.silent = true;
    expect(notification.buildPayload(['apns', 'fcm', 'gcm'])).toEqual({
      pn_apns: { key: 'value', aps: { 'content-available': 1 } },
      pn_fcm: { data: { key: 'value' } },
      pn_gcm: { data: { key: 'value' } },
    });
  });

  it('has nothing for who was not asked for, and no empty members', () => {
    expect(full().buildPayload([])).toEqual({});
    expect(notificationPayload('T').buildPayload(['fcm', 'gcm', 'apns'])).toEqual({
      pn_apns: { aps: { alert: { title: 'T' } } },
      pn_fcm: { notification: { title: 'T' } },
      pn_gcm: { notification: { title: 'T' } },
    });
  });

  it('asks for a report and leaves devices out', () => {
    const notification = notificationPayload('T');
    notification.debugging = true;
    notification.exceptions = ['token'];
    expect(notification.buildPayload([])).toEqual({ pn_exceptions: ['token'], pn_debug: true });
  });

  it('can be built again after a change', () => {
    const notification = notificationPayload('A');
    notification.buildPayload(['fcm']);
    notification.title = 'B';
    expect(notification.buildPayload(['fcm'])).toEqual({ pn_fcm: { notification: { title: 'B' } } });
    expect(notification).toBeInstanceOf(NotificationPayload);
  });

  it.each([[null], [5], [{ a: 1 }], [[]]] as never[][])('has no title and no body %j', (text) => {
    for (const make of [() => notificationPayload(text), () => notificationPayload('Title', text)])
      expect(make).toThrow(expect.objectContaining({ code: 'PN-1002' }));
  });

  it.each([[undefined], [null], [5], ['apns2'], [{ a: 1 }], [['apn']], [['fcm', null]]] as never[][])(
    'is not built for the platforms %j',
    (platforms) => {
      expect(() => full().buildPayload(platforms)).toThrow(expect.objectContaining({ code: 'PN-1002' }));
    },
  );
});
