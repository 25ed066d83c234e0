// The sky of a tile.

uniform sampler2D skies;        // a row of sky.py for each view, four numbers a texel
uniform vec3 lens;              // focal length, half the width and height of a tile in pixels

out vec2 ray;                   // right and down per metre forward
out vec4 along;                 // the ray along up, sun, sun_across and sun_along of `sky.SKY`
flat out vec3 zenith;           // colours from 0 to 1
flat out vec3 horizon;
flat out vec4 dusk;             // w: how much of it
flat out vec4 sun_disc;         // w: how large

vec4 sky_at(int n, uvec4 record) {
    return texelFetch(skies, ivec2(n, int(record.z)), 0);
}

void main() {
    uvec4 record = record_here();
    gl_Position = on_screen(record);
    vec4 s0 = sky_at(0, record), s1 = sky_at(1, record), s2 = sky_at(2, record);
    vec4 s3 = sky_at(3, record), s4 = sky_at(4, record), s5 = sky_at(5, record);
    vec4 s6 = sky_at(6, record), s7 = sky_at(7, record), s8 = sky_at(8, record);
    ray = (corner_here() * 2.0 - 1.0) * lens.yz / lens.x;
    vec3 look = vec3(ray, 1.0);
    along = vec4(
        dot(s0.xyz, look), dot(vec3(s0.w, s1.xy), look),
        dot(vec3(s1.zw, s2.x), look), dot(s2.yzw, look)
    );
    bool under_water = s8.x > 0.0;
    zenith = (under_water ? s7.yzw : s3.xyz) * (1.0 / 255.0);
    horizon = (under_water ? s7.yzw : vec3(s3.w, s4.xy)) * (1.0 / 255.0);
    dusk = vec4(vec3(s4.zw, s5.x) * (1.0 / 255.0), under_water ? 0.0 : s5.y);
    sun_disc = vec4(vec3(s5.zw, s6.x) * (1.0 / 255.0), under_water ? 0.0 : s6.y);
}
